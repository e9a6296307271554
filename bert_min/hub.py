"""Where a model lies: a folder, or one of the Hugging Face Hub in the cache of huggingface_hub."""

from __future__ import annotations

import re
from contextlib import suppress
from os import PathLike
from pathlib import Path
from typing import Final

# "name" or "owner/name"; a path that begins with a dot or a slash is never one.
HUB_ID: Final = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)?", re.ASCII)
# What a model needs, in the folder or in those of its modules.
SETTINGS: Final = ("*.json", "*.txt", "*.model")
WEIGHTS: Final = ("*.safetensors", "*.bin")  # the first that a model has
# Copies of a model for other programs, which may be many times its size.
OTHERS: Final = ("onnx/*", "openvino/*", "coreml/*", "tf_model*", "flax_model*", "*training_args*")


def find_folder(name: str | Path, revision: str | None = None) -> Path:
    """Return the folder of a model: itself, or that of a name of the Hub.

    What is in the cache is taken as it is, without asking the Hub, so that a model once loaded
    loads without a network. Another is downloaded, unless HF_HUB_OFFLINE is set.

    Args:
        name: A folder, or a name such as "sentence-transformers/all-MiniLM-L6-v2"; a Path is always
            a folder.
        revision: Branch, tag or commit of a name of the Hub; None for "main".

    Returns:
        The folder. What is no folder and cannot be a name of the Hub is returned as it is.

    Raises:
        ImportError: It is a name of the Hub, and huggingface_hub is not installed.
        TypeError: It is neither a str nor a path.
        OSError: The model is neither in the cache nor can be downloaded.

    Example:
        >>> find_folder("./model").name
        'model'
    """
    if not isinstance(name, str | PathLike):
        raise TypeError(
            f"a model must be named by its folder or its name of the Hub, got {type(name).__name__}"
        )
    path = Path(name)
    if isinstance(name, Path) or path.exists() or HUB_ID.fullmatch(name) is None:
        return path
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise ImportError(
            f"{name!r} is no folder here; to load a model of the Hub, install huggingface_hub "
            "(pip install subword[hub])"
        ) from None
    with suppress(Exception):  # it is not there, in the words of many versions
        cached = Path(snapshot_download(name, revision=revision, local_files_only=True))
        if _is_whole(cached):
            return cached
    try:
        for weights in WEIGHTS:
            found = Path(
                snapshot_download(
                    name,
                    revision=revision,
                    allow_patterns=[*SETTINGS, weights],
                    ignore_patterns=list(OTHERS),
                )
            )
            if _is_whole(found):
                return found
        reason: Exception = OSError(f"{found} holds no {' or '.join(WEIGHTS)}")
    except Exception as error:
        reason = error
    raise OSError(
        f"{name!r} is no folder here, not whole in the cache of huggingface_hub, and was not "
        f"downloaded ({type(reason).__name__}): check the name, or run `hf download {name}` where "
        "there is a network, or give a folder, one with a config.json"
    ) from reason


def _is_whole(folder: Path) -> bool:
    """Whether a folder of the cache holds a model, rather than only the tokenizer of one."""
    settings = any((folder / name).is_file() for name in ("config.json", "modules.json"))
    return settings and any(next(folder.rglob(pattern), None) for pattern in WEIGHTS)
