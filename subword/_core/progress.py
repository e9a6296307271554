"""Progress bars of long work; none without tqdm, or if stderr is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(
    shown: bool, what: str, total: int | None, unit: str, *, absolute: bool = False
) -> Iterator[Callable[[int], object] | None]:
    """Show a bar while the block runs.

    Args:
        shown: Whether a bar is wanted at all.
        what: What is being done.
        total: How much there is to do, None if that is not known.
        unit: The unit of `total`; "B" is shown in kB and MB.
        absolute: The function is told how much is done in total, not how much more.

    Yields:
        A function that takes the progress, or None when nothing is shown.
    """
    if not shown or not sys.stderr.isatty():
        yield None
        return
    try:
        from tqdm import tqdm
    except ImportError:
        yield None
        return
    with tqdm(total=total, desc=what, unit=unit, unit_scale=unit == "B", leave=False) as bar:
        yield (lambda done: bar.update(done - bar.n)) if absolute else bar.update
