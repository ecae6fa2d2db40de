"""A made-up world that looks real and knows its own truth: pure generators, no I/O but `truth.py`'s file."""
