"""`tokenizer(texts, padding=True, ...)`: the inputs of a model, as transformers calls them."""
