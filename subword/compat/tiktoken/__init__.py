"""The Python API of `tiktoken` over subword: code written for it runs after changing one import.

    from subword.compat import tiktoken

Nothing is downloaded here. A vocabulary is looked for as NAME.tiktoken, or under the name that
tiktoken gives it, in the folder that TIKTOKEN_CACHE_DIR (or DATA_GYM_CACHE_DIR) names, else in the
cache of tiktoken; after that an installed tiktoken is asked for it, which may download it.
"""

from subword.compat.tiktoken import core, load, model, registry
from subword.compat.tiktoken.core import Encoding
from subword.compat.tiktoken.model import encoding_for_model, encoding_name_for_model
from subword.compat.tiktoken.registry import get_encoding, list_encoding_names

__all__ = [
    "Encoding",
    "core",
    "encoding_for_model",
    "encoding_name_for_model",
    "get_encoding",
    "list_encoding_names",
    "load",
    "model",
    "registry",
]
