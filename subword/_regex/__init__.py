"""The patterns of tokenizer files: parser, normal form, compiler, and the engines that run them."""
