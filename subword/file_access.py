"""Writing of files and access to the standard streams, for both packages."""

from subword._core.atomic_file import atomic_file, atomic_path, replace_file, write_text
from subword._core.streams import (
    drop_output,
    flush_output,
    guard_streams,
    standard_input,
    standard_output,
)

__all__ = [
    "atomic_file",
    "atomic_path",
    "drop_output",
    "flush_output",
    "guard_streams",
    "replace_file",
    "standard_input",
    "standard_output",
    "write_text",
]
