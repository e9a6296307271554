"""The training loop, what it writes, and pretraining from raw text."""
