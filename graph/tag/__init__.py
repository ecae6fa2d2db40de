"""Tags that people are given by hand."""
