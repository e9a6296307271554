"""The speed and the memory of training, and the quality of vocabularies, beside other trainers."""
