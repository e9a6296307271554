"""The Python APIs of transformers, tokenizers, tiktoken and sentencepiece over subword."""
