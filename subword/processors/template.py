"""Templates of a post-processor: `[CLS] $A:0 [SEP] $B:1 [SEP]:1`, read and written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from subword._core.component import check_id, check_token, get_field

_TYPE_ID = re.compile(r"\+?[0-9]+")


class Piece(NamedTuple):
    """One place of a template."""

    sequence: int | None  # 0 for $A, 1 for $B, None for a special token
    name: str  # which special token; "A" or "B" for a text
    type_id: int


# A special token of a template may stand for several tokens: their texts and ids.
SpecialToken = tuple[tuple[str, int], ...]


def parse_template(template: str | Sequence[str], name: str) -> tuple[Piece, ...]:
    """Read a template as it is written in code.

    Args:
        template: pieces separated by single spaces, or a list of pieces. A piece is `$A`, `$B`,
            `$3` (text A with type 3), `$` (text A), or the name of a special token, each with an
            optional `:type`.
        name: what errors call it.

    Returns:
        The pieces.

    Raises:
        ValueError: when a piece cannot be read.
    """
    if not isinstance(template, str) and not all(isinstance(piece, str) for piece in template):
        raise TypeError(f"template {name!r} must be a str or a list of str, got {template!r}")
    pieces = template.split(" ") if isinstance(template, str) else template
    return tuple(_parse_piece(piece, name) for piece in pieces)


def _parse_piece(text: str, name: str) -> Piece:
    head, *types = text.split(":")
    good = len(types) <= 1 and all(_TYPE_ID.fullmatch(t) and int(t) < 2**32 for t in types)
    type_id = int(types[0]) if good and types else 0
    if good and not head.startswith("$"):
        return Piece(None, head, type_id)
    if good and head in ("$", "$A", "$a", "$B", "$b"):
        letter = head[1:].upper() or "A"
        return Piece("AB".index(letter), letter, type_id)
    if good and _TYPE_ID.fullmatch(head[1:]) and int(head[1:]) < 2**32:
        return Piece(0, "A", type_id if types else int(head[1:]))
    raise ValueError(
        f"template {name!r}: a piece must be $A, $B, $<type> or a special token, with an optional "
        f":<type>, got {text!r}"
    )


def read_template(pieces: Iterable[Any], name: str) -> tuple[Piece, ...]:
    """Read a template as it is stored in tokenizer.json.

    Args:
        pieces: JSON objects of one key, "Sequence" or "SpecialToken".
        name: what errors call it.

    Returns:
        The pieces.

    Raises:
        ValueError: when a piece is neither.
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
            check_id(f"template {name!r}", body.get("type_id")),
        )
        if kind == "Sequence" and key not in ("A", "B"):
            raise ValueError(f'template {name!r}: a Sequence must be "A" or "B", got {key!r}')
        found.append(Piece("AB".index(key) if kind == "Sequence" else None, key, type_id))
    return tuple(found)


def write_template(pieces: Iterable[Piece]) -> list[dict[str, Any]]:
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
        tokens: each (text, id), (id, text), or a dict of "id" (the name), "ids" and "tokens".

    Returns:
        Name -> the tokens that it stands for.

    Raises:
        ValueError: when one is none of these.
    """
    found: dict[str, SpecialToken] = {}
    for token in tokens:
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
