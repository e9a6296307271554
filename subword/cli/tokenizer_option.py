"""The tokenizer that the options -t and --pattern name."""

from __future__ import annotations

from pathlib import Path

from subword.formats.openai_encodings import TIKTOKEN_PATTERNS
from subword.formats.pretrained import FILE_READERS, file_parts
from subword.tokenizer import Tokenizer


def load_tokenizer(name: str, pattern: str | None = None) -> Tokenizer:
    """Load a tokenizer by what its name looks like.

    Args:
        name: A .json, .txt or .tiktoken file, a folder, a name on the Hub, or a pipe that a
            tokenizer.json comes out of.
        pattern: The split pattern of a .tiktoken file, or its name.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not a tokenizer, or the pattern is missing.
    """
    path = Path(name)
    if path.suffix == ".tiktoken":
        known = path.stem if path.stem in TIKTOKEN_PATTERNS else None
        if pattern is None and known is None:
            raise ValueError(
                f"{name}: a .tiktoken file needs --pattern, one of {', '.join(TIKTOKEN_PATTERNS)}"
            )
        return Tokenizer.from_tiktoken(path, pattern or known or "")
    if pattern is not None:
        raise ValueError(f"--pattern is for .tiktoken files, got {name}")
    if not path.is_dir() and (path.suffix in FILE_READERS or path.exists()):
        return Tokenizer(**file_parts(path))
    return Tokenizer.from_pretrained(name)
