"""The speed and the memory of encoding and decoding, beside other libraries."""
