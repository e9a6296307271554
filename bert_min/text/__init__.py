"""From text to arrays of token ids: the only room that knows the tokenizers of `subword`."""
