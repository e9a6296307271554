"""`Encoding`, as `tiktoken.core` has it: byte-level BPE over ranked bytes."""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Collection, Sequence, Set
from typing import Any, Literal, NoReturn

import numpy as np
import numpy.typing as npt

from subword import decoders, pre_tokenizers
from subword._core.checks import check_list
from subword._regex.patterns import Regex
from subword._regex.split_patterns import PATTERNS, TIKTOKEN_SPELLINGS
from subword.compat.tiktoken.unstable import completions, merge_bytes, unsettled_count
from subword.models.bpe import BPE
from subword.tokenizer import Tokenizer
from subword.vocab.added_tokens import AddedToken

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

    def _checked(
        self, texts: Sequence[str], allowed: Special, disallowed: Special | None
    ) -> Tokenizer:
        """Return the tokenizer for a call; ValueError if a text holds what it must not."""
        known = self.special_tokens_set
        if allowed != "all" and not isinstance(allowed, Set):
            raise TypeError(
                f'allowed_special must be a set of str or "all", got {type(allowed).__name__}'
            )
        may = frozenset(known if allowed == "all" else allowed)
        if disallowed == "all":
            must_not = frozenset(known - may)
        else:
            must_not = frozenset(check_list("disallowed_special", disallowed or ()))
        if must_not:
            search = _special_token_regex(must_not).search
            for found in filter(None, map(search, texts)):
                raise_disallowed_special_token(found.group())
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
        disallowed_special: Special | None = "all",
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
        return self._lists(self._tokenizer(frozenset()), check_list("text", text), num_threads)

    def encode_batch(
        self,
        text: list[str],
        *,
        num_threads: int = 8,
        allowed_special: Special = frozenset(),
        disallowed_special: Special | None = "all",
    ) -> list[list[int]]:
        """Return the ids of each text; see `encode`."""
        texts = check_list("text", text)
        tokenizer = self._checked(texts, allowed_special, disallowed_special)
        return self._lists(tokenizer, texts, num_threads)

    def encode_to_numpy(
        self,
        text: str,
        *,
        allowed_special: Special = frozenset(),
        disallowed_special: Special | None = "all",
    ) -> npt.NDArray[np.uint32]:
        """Return the ids of a text as an array: uint32 (n,); see `encode`."""
        tokenizer = self._checked([text], allowed_special, disallowed_special)
        return tokenizer.encode_ragged([_without_surrogates(text)], threads=1).ids

    def encode_with_unstable(
        self,
        text: str,
        *,
        allowed_special: Special = frozenset(),
        disallowed_special: Special | None = "all",
    ) -> tuple[list[int], list[list[int]]]:
        """Return the ids that stay whatever follows the text, and how those of the rest may begin.

        Args:
            text: The text.
            allowed_special: As for `encode`.
            disallowed_special: As for `encode`.

        Returns:
            The ids that stay; and each way in which tokens may begin that stand for the rest of the
            text, and perhaps for more.

        Raises:
            ValueError: The text holds a special token that is not allowed.
        """
        tokenizer = self._checked([text], allowed_special, disallowed_special)
        ids, rest = self._settled(tokenizer, _without_surrogates(text))
        if not rest:
            return ids, []
        ways = completions(
            rest, self._mergeable_ranks, self._sorted_tokens, self.encode_ordinary_batch
        )
        return ids, list(map(list, ways))

    def _settled(self, tokenizer: Tokenizer, text: str) -> tuple[list[int], bytes]:
        """Return the ids of a text that stay if more follows, and the bytes of the others."""
        encoding = tokenizer.encode_unprocessed([text], 1)[0]
        ids, words = encoding.ids, encoding.word_ids
        last = 0
        if ids and ids[-1] not in tokenizer.added_tokens:
            last = words.count(words[-1])
        kept = len(ids) - unsettled_count(ids, last, self._bytes)
        return ids[:kept], self.decode_bytes(ids[kept:])

    def _encode_bytes(self, text: bytes) -> list[int]:
        """Return the ids of bytes in which nothing is special; they need not be UTF-8.

        What comes before the first byte that is not UTF-8 is encoded as text, but for its last
        word, which is merged together with all that follows.
        """
        try:
            return self.encode_ordinary(text.decode())
        except UnicodeDecodeError as error:
            valid = text[: error.start]
        ids, rest = self._settled(self._tokenizer(frozenset()), valid.decode())
        return ids + merge_bytes(rest + text[len(valid) :], self._mergeable_ranks)

    def encode_single_token(self, text_or_bytes: str | bytes) -> int:
        """Return the id of a token.

        Raises:
            KeyError: It is not a token.
        """
        if isinstance(text_or_bytes, str):
            if text_or_bytes in self._special_tokens:
                return self._special_tokens[text_or_bytes]
            text_or_bytes = text_or_bytes.encode()
        if not isinstance(text_or_bytes, bytes):
            kind = type(text_or_bytes).__name__
            raise TypeError(f"a token must be a str or bytes, got {kind}")
        if text_or_bytes in self._mergeable_ranks:
            return self._mergeable_ranks[text_or_bytes]
        return self._special_tokens[text_or_bytes.decode("utf-8", "surrogateescape")]

    def _lists(self, tokenizer: Tokenizer, texts: list[str], threads: int) -> list[list[int]]:
        threads = min(threads, len(texts)) or 1
        try:
            return tokenizer.encode_lists(texts, threads=threads)
        except ValueError:
            return tokenizer.encode_lists(list(map(_without_surrogates, texts)), threads=threads)

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
        try:
            return list(map(self._bytes.__getitem__, tokens))
        except KeyError as error:
            operator.index(error.args[0])  # a TypeError if it is no int
            raise

    def decode_single_token_bytes(self, token: int) -> bytes:
        """Return the bytes of one id."""
        return self.decode_tokens_bytes([token])[0]

    def decode_with_offsets(self, tokens: Sequence[int]) -> tuple[str, list[int]]:
        """Return the text of ids, and for each the character in which it begins.

        Raises:
            UnicodeDecodeError: The ids are not text.
        """
        decoded = self.decode_tokens_bytes(tokens)
        offsets: list[int] = []
        characters = 0
        for token in decoded:
            # A token that begins within a character belongs to that one.
            offsets.append(max(0, characters - _continues(token[0])))
            characters += sum(not _continues(byte) for byte in token)
        return b"".join(decoded).decode(), offsets

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
        return list(self._sorted_tokens)

    @functools.cached_property
    def _sorted_tokens(self) -> list[bytes]:
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
        parts = (self.name, self._pat_str, self._mergeable_ranks, self._special_tokens)
        return _restore, parts


def _restore(
    name: str, pattern: str, ranks: dict[bytes, int], specials: dict[str, int]
) -> Encoding:
    return Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens=specials)


def raise_disallowed_special_token(token: str) -> NoReturn:
    """Raise the error of a text that holds a special token it must not."""
    raise ValueError(
        f"a text must not hold the special token {token!r}: allow it by "
        f"allowed_special={{{token!r}}}, or take it as plain text by "
        f"disallowed_special=(enc.special_tokens_set - {{{token!r}}}), or by "
        "disallowed_special=() for all of them"
    )


def _continues(byte: int) -> bool:
    """Whether a byte of UTF-8 is not the first of its character."""
    return 0x80 <= byte < 0xC0


def _without_surrogates(text: str) -> str:
    """Return a text without lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


@functools.lru_cache(maxsize=128)
def _special_token_regex(tokens: frozenset[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(tokens))))


def _split(pattern: str) -> pre_tokenizers.Split:
    """Return the split that a pattern means; what it does not match is dropped, as in tiktoken."""
    known = PATTERNS[TIKTOKEN_SPELLINGS[pattern]] if pattern in TIKTOKEN_SPELLINGS else pattern
    if known in PATTERNS.values():
        return pre_tokenizers.Split(Regex(known), "isolated")  # which match everything
    return pre_tokenizers.Split(Regex(pattern), "removed", invert=True)
