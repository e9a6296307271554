"""How far a long piece of work is: a bar on a terminal, elsewhere a line now and then."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Any, Final, Self

from tqdm import tqdm

REFRESH: Final = 1.0  # seconds between two drawings of a bar while nothing is done
FIRST_LINE: Final = 10.0  # seconds until the first line, and the least between two
LINE_SHARE: Final = 0.1  # of the time so far, between two lines
LAST_LINE: Final = 600.0  # the most seconds between two lines


class Progress:
    """Shows on the standard error stream how far the work is; used in a `with` block.

    On a terminal a bar is drawn at least once a second, however long a step takes; work within
    other work is told at the end of the other's bar. Elsewhere there is a line after ten seconds,
    and then ever more rarely. Of the processes of a run only the first shows anything.

    Args:
        total: How much there is to do; None if that is not known.
        unit: What is counted, in the plural.
        initial: How much was done before.
        shown: Whether to show anything.
        brief: Show nothing for work of less than a second, and no bar afterwards.

    Example:
        >>> with Progress(2, "texts", shown=False) as progress:
        ...     progress.advance(2, "fast")
        >>> progress.done
        2
    """

    _drawn: Progress | None = None  # the one whose bar is on the terminal

    def __init__(
        self,
        total: int | None,
        unit: str,
        *,
        initial: int = 0,
        shown: bool = True,
        brief: bool = False,
    ) -> None:
        self.total, self.unit, self.done = total, unit, initial
        self._note = ""
        self._initial, self._brief = initial, brief
        self._shown = shown and sys.stderr is not None and os.environ.get("RANK", "0") == "0"
        self._bar: Any = None
        self._around: Progress | None = None  # the one at the end of whose bar this is told
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        self._started = self._last_line = time.monotonic()
        if self._shown and sys.stderr.isatty():
            self._around = Progress._drawn
            if self._around is None:
                Progress._drawn = self
                self._draw()
        return self

    def _draw(self) -> None:
        self._bar = tqdm(
            total=self.total,
            initial=self._initial,
            unit=f" {self.unit}",
            leave=not self._brief,
            delay=REFRESH if self._brief else 0,
        )
        self._ended.clear()
        self._clock = threading.Thread(target=self._tick, daemon=True)
        self._clock.start()

    def _tick(self) -> None:
        while not self._ended.wait(REFRESH):
            self._bar.refresh()

    def advance(self, number: int = 1, note: str | None = None) -> None:
        """Say that more is done.

        Args:
            number: How much more.
            note: What else to show from now on; None leaves it as it was.
        """
        self.done += number
        self._note = self._note if note is None else note
        if self._bar is not None:
            self._bar.set_postfix_str(self._note, refresh=False)
            self._bar.update(number)
        elif self._around is not None:
            self._around.tell(self._count())
        elif self._shown:
            self._write_line()

    def write(self, line: str) -> None:
        """Write a line of its own, above the bar if there is one."""
        if self._bar is not None:
            self._bar.write(line, file=sys.stderr)
        elif self._shown:
            print(line, file=sys.stderr, flush=True)

    def tell(self, note: str) -> None:
        """Show a note at the end of the bar until there is more to tell."""
        if self._bar is not None:
            self._bar.set_postfix_str(note, refresh=False)

    def _count(self) -> str:
        of = "" if self.total is None else f"of {self.total:,} "
        return f"{self.done:,} {of}{self.unit}"

    def _write_line(self) -> None:
        now = time.monotonic()
        spent = now - self._started
        pause = min(max(FIRST_LINE, LINE_SHARE * spent), LAST_LINE)
        if now - self._last_line < pause:
            return
        self._last_line = now
        rate = (self.done - self._initial) / spent
        parts = [self._count(), f"{rate:,.1f} a second"]
        if self.total is not None:
            left = max(self.total - self.done, 0) / max(rate, 1e-9)
            parts.append(f"{duration(left)} left")
        if self._note:
            parts.append(self._note)
        print(", ".join(parts), file=sys.stderr, flush=True)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._ended.set()
            self._clock.join()
            self._bar.close()
            self._bar = Progress._drawn = None
        elif self._around is not None:
            self._around.tell(self._around._note)


def duration(seconds: float) -> str:
    """Say about how long something takes.

    Example:
        >>> duration(59), duration(600), duration(36_000)
        ('59 s', '10 min', '10.0 h')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
