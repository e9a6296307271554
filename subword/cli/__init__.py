"""The command line: `subword train | encode | decode | inspect | bench`."""

from subword.cli.run import main

__all__ = ["main"]
