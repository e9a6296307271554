"""Comparisons of large texts with `tokenizers`, too long for the tests."""
