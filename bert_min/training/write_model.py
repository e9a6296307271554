"""Replace the files of a model folder only when all of the new ones are written."""

import shutil
from collections.abc import Callable
from pathlib import Path

from subword.file_access import replace_file


def write_model(save: Callable[[Path], None], out: Path) -> None:
    """Let `save` write into a temporary folder inside `out`, then move its files into `out`.

    Args:
        save: Writes the model into the folder it is given.
        out: Folder of the run. An error while saving leaves the files there as they were.
    """
    temporary = out / ".model.tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        save(temporary)
        for file in temporary.rglob("*"):
            if file.is_file():
                target = out / file.relative_to(temporary)
                target.parent.mkdir(exist_ok=True)
                replace_file(file, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
