"""How many examples a test tries."""

import os

SANITIZED = bool(os.environ.get("SUBWORD_SANITIZED"))


def few(count: int) -> int:
    """Return `count`, or a tenth of it under the sanitizers, where calls take much longer."""
    return max(count // 10, 1) if SANITIZED else count
