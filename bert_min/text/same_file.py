"""Outputs that are no inputs."""

import os
from collections.abc import Iterable
from pathlib import Path


def refuse_overwriting(output: str | Path | None, inputs: Iterable[str | Path]) -> None:
    """Refuse to write to a file, or into a folder, that is read.

    Args:
        output: What is to be written; None for nothing.
        inputs: What is read; "-" is the standard input.

    Raises:
        ValueError: They are the same file or folder.
    """
    if output is None or not os.path.exists(output):
        return
    if not (Path(output).is_file() or Path(output).is_dir()):
        return  # a terminal or a pipe may be both
    for source in inputs:
        if os.path.exists(source) and os.path.samefile(source, output):
            raise ValueError(f"{output}: what is written must not be what is read")
