"""The command line `bert-min`: a module a command."""

from bert_min.cli.run import main

__all__ = ["main"]
