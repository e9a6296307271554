"""The vocabulary that users see: the tokens of the model and the added tokens."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from subword._core.checks import check_list
from subword._core.limits import MAX_ID, MAX_TOKEN_CHARS
from subword.vocab.added_tokens import AddedToken, AddedTokenMatcher
from subword.vocab.token_table import TokenTable


def checked_vocab(vocab: Mapping[str, int]) -> dict[str, int]:
    """Return the vocabulary of a model as a dict, after checking it.

    Two tokens may have the same id, as in the original.

    Raises:
        TypeError: A token is no str, or an id no int.
        ValueError: A token is too long, or an id out of range.
    """
    checked = dict(vocab)
    tokens, ids = checked.keys(), checked.values()
    # All at once: a quarter of a million tokens are usual. The loop finds the one that is wrong.
    if set(map(type, tokens)) <= {str} and set(map(type, ids)) <= {int}:
        longest, lowest = max(map(len, tokens), default=0), min(ids, default=0)
        if longest <= MAX_TOKEN_CHARS and lowest >= 0 and max(ids, default=0) <= MAX_ID:
            return checked
    for token, index in checked.items():
        if not isinstance(token, str):
            raise TypeError(f"a vocabulary maps str to int, got the key {token!r}")
        if len(token) > MAX_TOKEN_CHARS:
            raise ValueError(
                f"a token has at most {MAX_TOKEN_CHARS} characters, {token[:20]!r}... has "
                f"{len(token)}"
            )
        if not isinstance(index, int) or isinstance(index, bool):
            raise TypeError(f"the id of token {token!r} must be an int, got {index!r}")
        if not 0 <= index <= MAX_ID:
            raise ValueError(f"the id of token {token!r} must be in [0, 2**32 - 2], got {index}")
    return checked


def token_table(vocab: Mapping[str, int] | TokenTable) -> TokenTable:
    """Return the table of a vocabulary; errors as for `checked_vocab`."""
    return vocab if isinstance(vocab, TokenTable) else TokenTable(checked_vocab(vocab))


def shares_ids(vocab: Mapping[Any, int]) -> bool:
    """Say whether two tokens of a vocabulary have the same id.

    >>> shares_ids({"a": 0, "b": 0})
    True
    """
    return len(set(vocab.values())) < len(vocab)


def as_added_tokens(name: str, tokens: Iterable[AddedToken | str]) -> list[AddedToken]:
    """Return added tokens, a str as a special one.

    Args:
        name: What they are, for the error.
        tokens: The tokens.

    Raises:
        TypeError: They are one str, or one of them is neither.
    """
    return [
        token if isinstance(token, AddedToken) else AddedToken(token, special=True)
        for token in check_list(name, tokens, "str or AddedToken")
    ]


class Vocabulary:
    """Ids of tokens, and tokens of ids.

    Args:
        vocab: The model's vocabulary.
        added: Added tokens, in order. One that the model has keeps the model's id. Any other gets
            the next free id, whatever a file says (as in the oracle), unless `ids` fixes it.
        normalize: Returns the normalized form of an added token that is searched in normalized
            text.
        ids: Fixed ids of added tokens.
        repeated: Ids of the model whose token has a later id, and that token.
    """

    def __init__(
        self,
        vocab: Mapping[str, int] | TokenTable,
        added: Iterable[AddedToken | str],
        normalize: Any,
        ids: dict[str, int] | None = None,
        repeated: Mapping[int, str] | None = None,
    ) -> None:
        self.tokens: TokenTable = token_table(vocab)
        tokens = self.tokens
        self.repeated = dict(repeated or {})
        self.added: dict[int, AddedToken] = {}
        self.added_ids: dict[str, int] = {}
        self.special: set[str] = set()
        # What was listed for an id before the last, which has replaced it.
        self._replaced: dict[int, list[AddedToken]] = {}
        free = len(tokens) + len(self.repeated)
        seen: set[AddedToken] = set()
        for token in as_added_tokens("added_tokens", added):
            if not token.content or token in seen:
                continue
            index = tokens.get(token.content)
            if index is None:
                index = self.added_ids.get(token.content)
            if index is None and ids is not None and token.content in ids:
                index = ids[token.content]
                if index in self.added or index in self.repeated or tokens.has_id(index):
                    raise ValueError(f"added token {token.content!r}: the id {index} is taken")
            if index is None:
                index = free
            if index > MAX_ID:
                raise ValueError(
                    f"added token {token.content!r}: the id {index} is not below {MAX_ID + 1}"
                )
            free = max(free, index + 1)
            if index in self.added:
                seen.discard(self.added[index])
                self._replaced.setdefault(index, []).append(self.added[index])
            seen.add(token)
            self.added[index] = token
            self.added_ids[token.content] = index
            if token.special:
                self.special.add(token.content)
        self._normalize = normalize
        self._look_for(self.added)
        # The reference goes on to show a token in normalized form when it is listed again without
        # the flag, and to skip one that was special: see `listed`.
        self._shown_texts = {
            i: normalize(token.content)
            for i, tokens in self._replaced.items()
            for token in tokens
            if token.normalized
        } | self.normalized_texts

    def _look_for(
        self, found: Mapping[int, AddedToken], skipped: Collection[int] = frozenset()
    ) -> None:
        """Make what finds added tokens in texts: see `looking_for`."""
        # Of two tokens with the same text the special one counts.
        ordered = sorted(found.items(), key=lambda item: not item[1].special)
        self.normalized_texts = {i: self._normalize(t.content) for i, t in ordered if t.normalized}
        before: list[tuple[str, int | None, AddedToken]] = []
        after: list[tuple[str, int | None, AddedToken]] = []
        for i, token in ordered:
            index = None if i in skipped else i
            if token.normalized:
                after.append((self.normalized_texts[i], index, token))
            else:
                before.append((token.content, index, token))
        self.before_normalizer = AddedTokenMatcher(before)
        self.after_normalizer = AddedTokenMatcher(after)

    def looking_for(
        self, found: Mapping[int, AddedToken], skipped: Collection[int] = frozenset()
    ) -> Vocabulary:
        """Return a vocabulary with the tokens of this one that looks for others in texts.

        Args:
            found: What to look for, by the id that it gives: added tokens, or tokens that stand for
                them.
            skipped: Ids of those whose text stays text; no other token is found in it.
        """
        other = copy.copy(self)
        other._look_for(found, skipped)
        return other

    def listed(self) -> list[tuple[int, AddedToken]]:
        """Return (id, token) of what makes a vocabulary like this one, in the order of the ids.

        An id has several tokens if one that was replaced still has an effect.
        """
        found = []
        for index, token in sorted(self.added.items()):
            for old in self._replaced.get(index, ()):
                if old.special > token.special or bool(old.normalized) > bool(token.normalized):
                    found.append((index, old))
            found.append((index, token))
        return found

    def token_to_id(self, token: str) -> int | None:
        """Return the id of a token, None if there is no such token."""
        return self.added_ids.get(token, self.tokens.get(token))

    def id_to_token(self, index: int) -> str | None:
        """Return the token of an id, an added one in its normalized form; None if there is none."""
        token = self.added.get(index)
        if token is None:
            known: str | None = self.tokens.token_of(index)
            return self.repeated.get(index) if known is None else known
        shown: str = self._shown_texts.get(index, token.content)
        return shown

    def as_dict(self, with_added_tokens: bool = True) -> dict[str, int]:
        """Return token -> id."""
        tokens = self.tokens.as_dict()
        return {**tokens, **self.added_ids} if with_added_tokens else dict(tokens)

    @property
    def highest_id(self) -> int:
        """The highest id, 0 if there is no token."""
        return max(self.id_count - 1, 0)

    @property
    def id_count(self) -> int:
        """One more than the highest id, 0 if there is no token."""
        return 1 + max(self.tokens.highest, *self.added_ids.values(), *self.repeated, -1)

    def __len__(self) -> int:
        added = sum(token not in self.tokens for token in self.added_ids)
        return len(self.tokens) + len(self.repeated) + added
