"""The Python API of `tiktoken` over subword: code written for it runs after changing one import.

    from subword.compat import tiktoken

Nothing is downloaded here. A vocabulary is looked for as NAME.tiktoken, or under the name that
tiktoken gives it, in the folder that TIKTOKEN_CACHE_DIR (or DATA_GYM_CACHE_DIR) names, else in the
cache of tiktoken; after that an installed tiktoken is asked for it, which may download it.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import os
import re
import tempfile
from collections.abc import Collection, Iterator, Sequence, Set
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from subword import decoders, pre_tokenizers
from subword._regex.patterns import Regex
from subword._regex.split_patterns import PATTERNS
from subword.compat.openai_names import MODELS, PREFIXES, VOCABULARIES, special_tokens_of
from subword.formats.vocab_files import read_tiktoken
from subword.models.bpe import BPE
from subword.tokenizer import Tokenizer
from subword.vocab.added_tokens import AddedToken

__all__ = [
    "Encoding",
    "encoding_for_model",
    "encoding_name_for_model",
    "get_encoding",
    "list_encoding_names",
]

URL = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"
# How tiktoken spells a pattern that has another name here, and the same pieces.
SPELLINGS = {
    r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s": "gpt2"
}
# Encodings that were asked for by name.
_loaded: dict[str, Encoding] = {}
Special = Set[str] | Collection[str] | Literal["all"]


class Encoding:
    r"""One of OpenAI's encodings, or any other over ranked bytes.

    Args:
        name: Its name.
        pat_str: The pattern that cuts text into words. The published ones mean what they mean
            there; in others `\w` and `$` are those of tokenizer files (see `subword.Regex`).
        mergeable_ranks: The bytes of each token, and its rank, which is also its id.
        special_tokens: The text of each special token, and its id.
        explicit_n_vocab: How many tokens there must be, if that is to be checked.

    Raises:
        ValueError: The number of tokens is another, or the ranks are no vocabulary.

    Example:
        >>> ranks = {bytes([i]): i for i in range(256)} | {b"ab": 256}
        >>> enc = Encoding(
        ...     "bytes", pat_str=r"\S+|\s+", mergeable_ranks=ranks, special_tokens={"<end>": 257}
        ... )
        >>> enc.encode("ab c<end>", allowed_special="all")
        [256, 32, 99, 257]
    """

    def __init__(
        self,
        name: str,
        *,
        pat_str: str,
        mergeable_ranks: dict[bytes, int],
        special_tokens: dict[str, int],
        explicit_n_vocab: int | None = None,
    ) -> None:
        self.name = name
        self._pat_str = pat_str
        self._mergeable_ranks = mergeable_ranks
        self._special_tokens = special_tokens
        self.max_token_value = max((*mergeable_ranks.values(), *special_tokens.values()))
        count = len(mergeable_ranks) + len(special_tokens)
        if explicit_n_vocab and explicit_n_vocab != count:
            raise ValueError(f"explicit_n_vocab must be the {count} tokens, got {explicit_n_vocab}")
        self._model = BPE.from_ranks(mergeable_ranks)
        self._pre_tokenizer = pre_tokenizers.Sequence(
            [_split(pat_str), pre_tokenizers.ByteLevel(False, True, False)]
        )
        # One tokenizer for each set of special tokens that texts may hold; they share the model.
        self._tokenizers: dict[frozenset[str], Tokenizer] = {}
        self._bytes = dict(zip(mergeable_ranks.values(), mergeable_ranks, strict=True))
        self._bytes |= {index: token.encode() for token, index in special_tokens.items()}

    def _tokenizer(self, special: frozenset[str]) -> Tokenizer:
        if special not in self._tokenizers:
            ids = {token: self._special_tokens[token] for token in sorted(special)}
            self._tokenizers[special] = Tokenizer(
                self._model,
                pre_tokenizer=self._pre_tokenizer,
                decoder=decoders.ByteLevel(),
                added_tokens=[AddedToken(token, special=True) for token in ids],
                added_ids=ids,
            )
        return self._tokenizers[special]

    def _checked(self, texts: Sequence[str], allowed: Special, disallowed: Special) -> Tokenizer:
        """Return the tokenizer for a call; ValueError if a text holds what it must not."""
        known = self.special_tokens_set
        may = frozenset(known if allowed == "all" else allowed)
        must_not = frozenset(known - may if disallowed == "all" else disallowed)
        if must_not:
            search = _finder(must_not).search
            for found in filter(None, map(search, texts)):
                token = found.group()
                raise ValueError(
                    f"a text must not hold the special token {token!r}: allow it by "
                    f"allowed_special={{{token!r}}}, or take it as plain text by "
                    f"disallowed_special=(enc.special_tokens_set - {{{token!r}}}), or by "
                    "disallowed_special=() for all of them"
                )
        return self._tokenizer(may & known)

    def __repr__(self) -> str:
        return f"<Encoding {self.name!r}>"

    # Text to ids.

    def encode_ordinary(self, text: str) -> list[int]:
        """Return the ids of a text in which nothing is special."""
        return self.encode_ordinary_batch([text])[0]

    def encode(
        self,
        text: str,
        *,
        allowed_special: Special = frozenset(),
        disallowed_special: Special = "all",
    ) -> list[int]:
        """Return the ids of a text.

        Args:
            text: The text. Lone surrogates become U+FFFD.
            allowed_special: Special tokens to be found in it, or "all".
            disallowed_special: Special tokens that are an error; "all" for those not allowed.

        Raises:
            ValueError: The text holds a special token that is not allowed.
        """
        options: Any = {
            "allowed_special": allowed_special,
            "disallowed_special": disallowed_special,
        }
        return self.encode_batch([text], **options)[0]

    def encode_ordinary_batch(self, text: list[str], *, num_threads: int = 8) -> list[list[int]]:
        """Return the ids of each text, in which nothing is special."""
        return self._lists(self._tokenizer(frozenset()), text, num_threads)

    def encode_batch(
        self,
        text: list[str],
        *,
        num_threads: int = 8,
        allowed_special: Special = frozenset(),
        disallowed_special: Special = "all",
    ) -> list[list[int]]:
        """Return the ids of each text; see `encode`."""
        tokenizer = self._checked(text, allowed_special, disallowed_special)
        return self._lists(tokenizer, text, num_threads)

    def encode_to_numpy(
        self,
        text: str,
        *,
        allowed_special: Special = frozenset(),
        disallowed_special: Special = "all",
    ) -> npt.NDArray[np.uint32]:
        """Return the ids of a text as an array: uint32 (n,); see `encode`."""
        tokenizer = self._checked([text], allowed_special, disallowed_special)
        return tokenizer.encode_ragged([_sound(text)], threads=1).ids

    def encode_with_unstable(self, text: str, **options: Any) -> tuple[list[int], list[list[int]]]:
        """Not offered: the ids that may yet follow a text are not computed here.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError(
            "encode_with_unstable is not offered: for a text that grows see Tokenizer.append"
        )

    def encode_single_token(self, text_or_bytes: str | bytes) -> int:
        """Return the id of a token.

        Raises:
            KeyError: It is not a token.
        """
        if isinstance(text_or_bytes, str):
            if text_or_bytes in self._special_tokens:
                return self._special_tokens[text_or_bytes]
            text_or_bytes = text_or_bytes.encode()
        if text_or_bytes in self._mergeable_ranks:
            return self._mergeable_ranks[text_or_bytes]
        return self._special_tokens[text_or_bytes.decode("utf-8", "surrogateescape")]

    def _lists(self, tokenizer: Tokenizer, texts: list[str], threads: int) -> list[list[int]]:
        threads = min(threads, len(texts)) or 1
        try:
            return tokenizer.encode_lists(texts, threads=threads)
        except ValueError:
            return tokenizer.encode_lists(list(map(_sound, texts)), threads=threads)

    # Ids to text.

    def decode(self, tokens: Sequence[int], errors: str = "replace") -> str:
        """Return the text of ids; `errors` as for `bytes.decode`.

        Raises:
            KeyError: An id is not that of a token.
        """
        return self.decode_bytes(tokens).decode("utf-8", errors)

    def decode_bytes(self, tokens: Sequence[int]) -> bytes:
        """Return the bytes of ids."""
        return b"".join(self.decode_tokens_bytes(tokens))

    def decode_tokens_bytes(self, tokens: Sequence[int]) -> list[bytes]:
        """Return the bytes of each id."""
        return list(map(self._bytes.__getitem__, tokens))

    def decode_single_token_bytes(self, token: int) -> bytes:
        """Return the bytes of one id."""
        return self._bytes[token]

    def decode_with_offsets(self, tokens: Sequence[int]) -> tuple[str, list[int]]:
        """Return the text of ids, and for each the character in which it begins.

        Raises:
            UnicodeDecodeError: The ids are not text.
        """
        pieces = self.decode_tokens_bytes(tokens)
        offsets: list[int] = []
        characters = 0
        for piece in pieces:
            # A piece that begins within a character belongs to that one.
            offsets.append(max(0, characters - _continues(piece[0])))
            characters += sum(not _continues(byte) for byte in piece)
        return b"".join(pieces).decode(), offsets

    def decode_batch(
        self, batch: Sequence[Sequence[int]], *, errors: str = "replace", num_threads: int = 8
    ) -> list[str]:
        """Return the text of each row of ids; joining bytes takes no threads."""
        return [self.decode(row, errors) for row in batch]

    def decode_bytes_batch(
        self, batch: Sequence[Sequence[int]], *, num_threads: int = 8
    ) -> list[bytes]:
        """Return the bytes of each row of ids."""
        return [self.decode_bytes(row) for row in batch]

    # The vocabulary.

    def token_byte_values(self) -> list[bytes]:
        """Return the bytes of all tokens that are not special, sorted."""
        return sorted(self._mergeable_ranks)

    @property
    def eot_token(self) -> int:
        """The id of <|endoftext|>."""
        return self._special_tokens["<|endoftext|>"]

    @property
    def special_tokens_set(self) -> set[str]:
        """The special tokens."""
        return set(self._special_tokens)

    def is_special_token(self, token: int) -> bool:
        """Whether an id is that of a special token."""
        return token in self._special_tokens.values()

    @property
    def n_vocab(self) -> int:
        """One more than the highest id."""
        return self.max_token_value + 1

    def __reduce__(self) -> tuple[Any, ...]:
        if self is _loaded.get(self.name):
            return get_encoding, (self.name,)
        parts = (self.name, self._pat_str, self._mergeable_ranks, self._special_tokens)
        return _restore, parts


def _restore(
    name: str, pattern: str, ranks: dict[bytes, int], specials: dict[str, int]
) -> Encoding:
    return Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens=specials)


def _continues(byte: int) -> bool:
    """Whether a byte of UTF-8 is not the first of its character."""
    return 0x80 <= byte < 0xC0


def _sound(text: str) -> str:
    """Return a text without lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


@functools.lru_cache(maxsize=128)
def _finder(tokens: frozenset[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(tokens))))


def _split(pattern: str) -> pre_tokenizers.Split:
    """Return the cut that a pattern means; what it does not match is dropped, as in tiktoken."""
    known = PATTERNS[SPELLINGS[pattern]] if pattern in SPELLINGS else pattern
    if known in PATTERNS.values():
        return pre_tokenizers.Split(Regex(known), "isolated")  # which match everything
    return pre_tokenizers.Split(Regex(pattern), "removed", invert=True)


def list_encoding_names() -> list[str]:
    """Return the names that `get_encoding` knows."""
    return list(VOCABULARIES)


def get_encoding(encoding_name: str) -> Encoding:
    """Return an encoding by its name; the same object each time.

    Raises:
        ValueError: There is no such encoding.
        FileNotFoundError: Its vocabulary is nowhere, and tiktoken is not installed.
    """
    if encoding_name not in VOCABULARIES:
        names = ", ".join(VOCABULARIES)
        raise ValueError(f"the encoding must be one of {names}, got {encoding_name!r}")
    if encoding_name not in _loaded:
        file, pattern = VOCABULARIES[encoding_name]
        _loaded[encoding_name] = Encoding(
            encoding_name,
            pat_str=PATTERNS[pattern],
            mergeable_ranks=_ranks(file),
            special_tokens=special_tokens_of(encoding_name),
        )
    return _loaded[encoding_name]


def encoding_name_for_model(model_name: str) -> str:
    """Return the name of the encoding of one of OpenAI's models; KeyError if it is not known."""
    if model_name in MODELS:
        return MODELS[model_name]
    for prefix, encoding in PREFIXES.items():
        if model_name.startswith(prefix):
            return encoding
    raise KeyError(f"no encoding is known for the model {model_name!r}: use get_encoding")


def encoding_for_model(model_name: str) -> Encoding:
    """Return the encoding of one of OpenAI's models; KeyError if it is not known."""
    return get_encoding(encoding_name_for_model(model_name))


def _places(name: str) -> Iterator[Path]:
    """Yield where the file of a vocabulary may lie."""
    default = os.path.join(tempfile.gettempdir(), "data-gym-cache")
    for variable in ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"):
        if os.environ.get(variable):
            default = os.environ[variable]
            break
    yield Path(default) / f"{name}.tiktoken"
    # The name of a file in the cache of tiktoken is made of where it came from.
    yield Path(default) / hashlib.sha1(URL.format(name).encode()).hexdigest()


def _ranks(name: str) -> dict[bytes, int]:
    for path in _places(name):
        if path.is_file():
            return read_tiktoken(path)
    try:
        original = importlib.import_module("tiktoken")
    except ImportError:
        raise FileNotFoundError(
            f"{name}.tiktoken is not in {next(_places(name)).parent}: put it there or name its "
            "folder in TIKTOKEN_CACHE_DIR"
        ) from None
    ranks: dict[bytes, int] = original.get_encoding(name)._mergeable_ranks
    return ranks
