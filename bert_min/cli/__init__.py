"""The command line: `bert-min embed | pretrain | finetune | predict | evaluate | show`."""

from bert_min.cli.run import main

__all__ = ["main"]
