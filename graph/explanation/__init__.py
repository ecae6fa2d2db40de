"""Why people are one or not, told to people: facts, masked where they must be, with a sentence each."""
