"""The post-processor that follows a template like `[CLS] $A:0 [SEP]:0 $B:1 [SEP]:1`.

First how templates and their special tokens are read and written, then the post-processor.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Self

from subword._core.checks import check_id, check_list
from subword._core.component import check_token, get_field
from subword._core.limits import MAX_UINT32
from subword.processors.base import PostProcessor, SpecialAffixes
from subword.processors.special_tokens import NamedToken, special_encoding
from subword.results.encoding import Encoding

_TYPE_ID = re.compile(r"\+?[0-9]+")


class TemplatePiece(NamedTuple):
    """One piece of a template: a text or a special token."""

    sequence: int | None  # 0 for $A, 1 for $B, None for a special token
    name: str  # which special token; "A" or "B" for a text
    type_id: int


# A special token of a template may stand for several tokens: their texts and ids.
SpecialToken = tuple[NamedToken, ...]


def parse_template(template: str | Sequence[str], name: str) -> tuple[TemplatePiece, ...]:
    """Read a template as it is written in code.

    Args:
        template: AddedSpans separated by single spaces, or a list of pieces. A piece is `$A`, `$B`,
            `$3` (text A with type 3), `$` (text A), or the name of a special token, each with an
            optional `:type`.
        name: What errors call it.

    Returns:
        The pieces.

    Raises:
        ValueError: A piece cannot be read.
    """
    if isinstance(template, str):
        pieces = template.split(" ")
    else:
        pieces = check_list(f"template {name!r}", template, "str, or a str")
    if not all(isinstance(piece, str) for piece in pieces):
        raise TypeError(f"template {name!r} must be a str or a list of str, got {template!r}")
    return tuple(_parse_piece(piece, name) for piece in pieces)


def _parse_piece(text: str, name: str) -> TemplatePiece:
    head, *types = text.split(":")
    good = len(types) <= 1 and all(_TYPE_ID.fullmatch(t) and int(t) <= MAX_UINT32 for t in types)
    type_id = int(types[0]) if good and types else 0
    if good and not head.startswith("$"):
        return TemplatePiece(None, head, type_id)
    if good and head in ("$", "$A", "$a", "$B", "$b"):
        letter = head[1:].upper() or "A"
        return TemplatePiece("AB".index(letter), letter, type_id)
    if good and _TYPE_ID.fullmatch(head[1:]) and int(head[1:]) <= MAX_UINT32:
        return TemplatePiece(0, "A", type_id if types else int(head[1:]))
    raise ValueError(
        f"template {name!r}: a piece must be $A, $B, $<type> or a special token, with an optional "
        f":<type>, got {text!r}"
    )


def read_template(pieces: Iterable[Any], name: str) -> tuple[TemplatePiece, ...]:
    """Read a template as it is stored in tokenizer.json.

    Args:
        pieces: JSON objects of one key, "Sequence" or "SpecialToken".
        name: What errors call it.

    Returns:
        The pieces.

    Raises:
        ValueError: A piece is neither.
    """
    found = []
    for piece in pieces:
        kind, body = next(iter(piece.items())) if isinstance(piece, dict) and piece else ("", {})
        if kind not in ("Sequence", "SpecialToken") or not isinstance(body, dict):
            raise ValueError(
                f"template {name!r}: a piece must be a Sequence or a SpecialToken, got {piece!r}"
            )
        body = {"type": f"template {name!r}, {kind}", **body}
        key, type_id = (
            get_field(body, "id", str),
            check_id(f"template {name!r}", body.get("type_id"), MAX_UINT32),
        )
        if kind == "Sequence" and key not in ("A", "B"):
            raise ValueError(f'template {name!r}: a Sequence must be "A" or "B", got {key!r}')
        found.append(TemplatePiece("AB".index(key) if kind == "Sequence" else None, key, type_id))
    return tuple(found)


def write_template(pieces: Iterable[TemplatePiece]) -> list[dict[str, Any]]:
    """Return the JSON objects that `read_template` reads."""
    return [
        {
            "SpecialToken" if piece.sequence is None else "Sequence": {
                "id": piece.name,
                "type_id": piece.type_id,
            }
        }
        for piece in pieces
    ]


def parse_special_tokens(tokens: Iterable[Any]) -> dict[str, SpecialToken]:
    """Read special tokens as they are given in code.

    Args:
        tokens: Each (text, id), (id, text), or a dict of "id" (the name), "ids" and "tokens".

    Returns:
        Name -> the tokens that it stands for.

    Raises:
        ValueError: One is none of these.
    """
    found: dict[str, SpecialToken] = {}
    for token in check_list("special_tokens", tokens, "(text, id) and the like"):
        if isinstance(token, Mapping):
            name = get_field({"type": "special token", **token}, "id", str)
            found[name] = _read_special(token, name)
        elif isinstance(token, Sequence) and len(token) == 2:
            pair = (token[1], token[0]) if isinstance(token[1], str) else token
            text, token_id = check_token("special token", pair)
            found[text] = ((text, token_id),)
        else:
            raise ValueError(
                "a special token must be (text, id), (id, text) or a dict of id, ids and tokens, "
                f"got {token!r}"
            )
    return found


def read_special_tokens(tokens: Mapping[str, Any]) -> dict[str, SpecialToken]:
    """Read the "special_tokens" of tokenizer.json: name -> object of "id", "ids" and "tokens"."""
    return {name: _read_special(token, name) for name, token in tokens.items()}


def _read_special(token: Any, name: str) -> SpecialToken:
    if not isinstance(token, Mapping):
        raise ValueError(f"special token {name!r} must be an object, got {token!r}")
    body = {"type": f"special token {name!r}", **token}
    ids, texts = get_field(body, "ids", list), get_field(body, "tokens", list)
    if len(ids) != len(texts):
        raise ValueError(
            f"special token {name!r}: ids and tokens must be of one length, got {len(ids)} and "
            f"{len(texts)}"
        )
    label = f"special token {name!r}"
    return tuple(check_token(label, pair) for pair in zip(texts, ids, strict=True))


def write_special_tokens(tokens: Mapping[str, SpecialToken]) -> dict[str, Any]:
    """Return the JSON object that `read_special_tokens` reads, in the order of the names."""
    return {
        name: {
            "id": name,
            "ids": [token_id for _, token_id in tokens[name]],
            "tokens": [text for text, _ in tokens[name]],
        }
        for name in sorted(tokens)
    }


class TemplateProcessing(PostProcessor):
    """Put the texts and the special tokens where a template says.

    Args:
        single: Template of one text, `"[CLS] $A [SEP]"`; see `parse_template`.
        pair: Template of two texts, which must name both.
        special_tokens: (text, id) for each special token that a template names, or a dict of
            "id", "ids" and "tokens" for one that stands for several tokens.

    Raises:
        ValueError: A template cannot be read or names an unknown special token.

    Example:
        >>> bert = TemplateProcessing(
        ...     "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", [("[CLS]", 101), ("[SEP]", 102)]
        ... )
        >>> bert.num_special_tokens_to_add(is_pair=True), bert.single_affixes()
        (3, ((101,), (102,)))
    """

    type_name = "TemplateProcessing"

    def __init__(
        self,
        single: str | Sequence[str] | None = None,
        pair: str | Sequence[str] | None = None,
        special_tokens: Iterable[Any] = (),
    ) -> None:
        pieces = parse_template("$A:0 $B:1" if pair is None else pair, "pair")
        if not {0, 1} <= {piece.sequence for piece in pieces}:
            raise ValueError(f"the template of a pair must use both $A and $B, got {pair!r}")
        self._set(
            parse_template("$A" if single is None else single, "single"),
            pieces,
            parse_special_tokens(() if special_tokens is None else special_tokens),
        )

    def _set(
        self,
        single: tuple[TemplatePiece, ...],
        pair: tuple[TemplatePiece, ...],
        special_tokens: dict[str, SpecialToken],
    ) -> None:
        names = {piece.name for piece in single + pair if piece.sequence is None}
        missing = sorted(names - special_tokens.keys())
        if missing:
            raise ValueError(
                f"templates may only name the special tokens {sorted(special_tokens)}, "
                f"missing {missing}"
            )
        if any(piece.sequence == 1 for piece in single):
            raise ValueError("the template of a single text must not use $B")
        self.single, self.pair, self.special_tokens = single, pair, special_tokens

    @classmethod
    def from_dict(cls, config: Mapping[str, Any]) -> Self:
        template = cls.__new__(cls)
        template._set(
            read_template(get_field(config, "single", list), "single"),
            read_template(get_field(config, "pair", list), "pair"),
            read_special_tokens(get_field(config, "special_tokens", dict)),
        )
        return template

    def to_dict(self) -> dict[str, Any]:
        return {
            "type": self.type_name,
            "single": write_template(self.single),
            "pair": write_template(self.pair),
            "special_tokens": write_special_tokens(self.special_tokens),
        }

    def num_special_tokens_to_add(self, is_pair: bool) -> int:
        pieces = self.pair if is_pair else self.single
        return sum(len(self.special_tokens[p.name]) for p in pieces if p.sequence is None)

    def single_affixes(self) -> SpecialAffixes | None:
        positions = [i for i, piece in enumerate(self.single) if piece.sequence == 0]
        if len(positions) != 1 or any(piece.type_id for piece in self.single):
            return None
        before, after = self.single[: positions[0]], self.single[positions[0] + 1 :]
        return self._ids(before), self._ids(after)

    def _ids(self, pieces: Iterable[TemplatePiece]) -> tuple[int, ...]:
        return tuple(
            token_id for piece in pieces for _, token_id in self.special_tokens[piece.name]
        )

    def process_parts(self, parts: list[Encoding], add_special_tokens: bool) -> list[Encoding]:
        if len(parts) > 2:
            raise ValueError(f"a template takes one text or two, got {len(parts)} pieces")
        result = []
        for piece in self.pair if len(parts) == 2 else self.single:
            if piece.sequence is not None:
                part = parts[piece.sequence].copy()
                part.set_type_id(piece.type_id)
                part.set_sequence_id(piece.sequence)
                result.append(part)
            elif add_special_tokens:
                tokens = self.special_tokens[piece.name]
                result.append(special_encoding(tokens, piece.type_id, parts[0]))
        return result
