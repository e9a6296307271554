"""The metadata of a .gguf file: keys and values, read without the tensors behind them.

See https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable, Container
from pathlib import Path
from typing import Any

from subword.formats.json_files import PathLike, errors_name

MAGIC = b"GGUF"
VERSIONS = (2, 3)
MAX_KEYS = 1 << 16
MAX_ITEMS = 1 << 24  # of an array
MAX_STRING = 1 << 20  # bytes of a key or string that is wanted
STRING, ARRAY = 8, 9
# Type -> the format of its value; a truth value is a byte.
NUMBERS = {
    **{0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?"},
    **{10: "<Q", 11: "<q", 12: "<d"},
}


def read_metadata(path: PathLike, wanted: Callable[[str], bool]) -> dict[str, Any]:
    """Return the values of the keys that are wanted.

    Args:
        path: The file.
        wanted: Says of a key whether its value is.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no such file, or broken; the message names the key and the byte.
    """
    with errors_name(path), Path(path).open("rb") as file:
        if file.read(4) != MAGIC:
            raise ValueError("a .gguf file begins with the letters GGUF")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _Reader(data).read(wanted)


class _Reader:
    """Reads one value after the other; errors name the key and the byte."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data, self.at, self.place = data, 4, "the header"

    def read(self, wanted: Callable[[str], bool]) -> dict[str, Any]:
        """Read the header and the metadata."""
        version = self.number("<I")
        if version not in VERSIONS:
            raise ValueError(f"version must be one of {VERSIONS}, got {version}")
        self.number("<Q")  # how many tensors
        count = self.number("<Q")
        if count > MAX_KEYS:
            raise ValueError(f"there must be at most {MAX_KEYS} keys, got {count}")
        found: dict[str, Any] = {}
        for i in range(count):
            self.place = f"key {i}"
            key = self.string()
            self.place = repr(key[:60])
            kind = self.number("<I")
            if not wanted(key):
                self.skip(kind)
            elif key in found:
                raise ValueError(f"{self.place} is there twice")
            else:
                found[key] = self.value(kind)
        return found

    def take(self, size: int) -> int:
        """Return where the next bytes begin, and go behind them."""
        first = self.at
        if size > len(self.data) - first:
            raise ValueError(
                f"{self.place}: {size} bytes at byte {first}, but the file has {len(self.data)}"
            )
        self.at += size
        return first

    def number(self, form: str) -> Any:
        """Read a number."""
        return struct.unpack_from(form, self.data, self.take(struct.calcsize(form)))[0]

    def string(self) -> str:
        """Read a string."""
        size = self.number("<Q")
        if size > MAX_STRING:
            raise ValueError(
                f"{self.place}: a string has at most {MAX_STRING} bytes, got {size} at byte "
                f"{self.at - 8}"
            )
        first = self.take(size)
        try:
            return self.data[first : first + size].decode()
        except UnicodeDecodeError:
            raise ValueError(f"{self.place}: the string at byte {first} is not UTF-8") from None

    def value(self, kind: int) -> Any:
        """Read a value."""
        if kind in NUMBERS:
            return self.number(NUMBERS[kind])
        if kind == STRING:
            return self.string()
        item, count = self.array(kind)
        if item == STRING:
            return [self.string() for _ in range(count)]
        form = f"<{count}{NUMBERS[item][1]}"
        return list(struct.unpack_from(form, self.data, self.take(struct.calcsize(form))))

    def skip(self, kind: int) -> None:
        """Go behind a value."""
        if kind in NUMBERS:
            self.take(struct.calcsize(NUMBERS[kind]))
        elif kind == STRING:
            self.take(self.number("<Q"))
        else:
            item, count = self.array(kind)
            if item in NUMBERS:
                self.take(count * struct.calcsize(NUMBERS[item]))
            for _ in range(count if item == STRING else 0):
                self.take(self.number("<Q"))

    def array(self, kind: int) -> tuple[int, int]:
        """Read the type of an array's items and how many there are."""
        known: Container[int] = (STRING, *NUMBERS)
        item = self.number("<I") if kind == ARRAY else kind
        if kind != ARRAY or item not in known:
            raise ValueError(f"{self.place}: the type {item} at byte {self.at - 4} is not known")
        count = self.number("<Q")
        if count > MAX_ITEMS:
            raise ValueError(f"{self.place}: an array has at most {MAX_ITEMS} items, got {count}")
        return item, count
