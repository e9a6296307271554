"""The Python APIs of other libraries over subword: transformers, tokenizers, tiktoken."""
