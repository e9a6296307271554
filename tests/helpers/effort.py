"""How many examples a test tries."""

import functools
import os

SANITIZED = bool(os.environ.get("SUBWORD_SANITIZED"))


@functools.cache
def every_character() -> str:
    """Return all characters, or under the sanitizers the first 768 and a tenth of the others."""
    codes = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    return "".join(map(chr, [*codes[:0x300], *codes[0x300 :: len(codes) // few(len(codes))]]))


def few(count: int) -> int:
    """Return `count`, or a tenth of it under the sanitizers, where calls take much longer."""
    return max(count // 10, 1) if SANITIZED else count
