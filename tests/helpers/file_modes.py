"""The permissions of files."""

import os
import stat


def mode(path) -> int:
    """Return the permissions of a file."""
    return stat.S_IMODE(os.stat(path).st_mode)
