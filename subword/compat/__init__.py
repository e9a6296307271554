"""The doors of other libraries, each over the one core: transformers, tokenizers, tiktoken."""
