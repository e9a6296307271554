"""Files of text to files of ids, and back."""
