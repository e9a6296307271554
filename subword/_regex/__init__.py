"""The patterns of tokenizer files, written for Oniguruma, run by the `regex` package."""
