"""Reading the change feed from a cursor."""
