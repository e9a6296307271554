"""What a run is trained on, as short digests that a checkpoint keeps and a resumed run compares."""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_AT_ONCE = 1 << 20


def digest(*parts: NDArray[np.generic] | str | bytes) -> str:
    """Return 16 hexadecimal digits that differ wherever one of the parts does.

    Example:
        >>> digest("ab", "c") == digest("a", "bc"), len(digest(np.arange(3)))
        (False, 16)
    """
    found = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        if isinstance(data, np.ndarray):
            found.update(f"{data.dtype}{data.shape}".encode())
            data = np.ascontiguousarray(data).tobytes()
        found.update(len(data).to_bytes(8, "little"))
        found.update(data)
    return found.hexdigest()[:16]


def model_digest(folder: str | Path) -> str:
    """Return a digest of the configuration and the weights of a model folder."""
    folder = Path(folder)
    names = [path for path in folder.iterdir() if path.suffix in (".safetensors", ".bin")]
    found = hashlib.sha256()
    for path in (folder / "config.json", *sorted(names)):
        with path.open("rb") as file:
            while block := file.read(_AT_ONCE):
                found.update(block)
    return found.hexdigest()[:16]
