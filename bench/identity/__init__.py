"""The public identity benchmark: a made-up world whose truth is known, this engine and its peers, scored alike."""
