"""A corpus to its words and their counts."""
