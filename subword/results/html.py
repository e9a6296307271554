"""Encodings as HTML: each token in a colour of its own over the text it covers."""

from __future__ import annotations

from html import escape

from subword.results._columns import TokenTable

# Pastels that keep black text readable, and neighbours apart.
COLOURS = ("#ffd6a5", "#caffbf", "#9bf6ff", "#ffc6ff", "#fdffb6", "#bdb2ff")
_BOX = "border-radius:3px;padding:1px 0;white-space:pre-wrap;color:#000;background:"


def _box(shown: str, title: str, colour: str) -> str:
    return f'<span style="{_BOX}{colour}" title="{escape(title)}">{escape(shown)}</span>'


def _title(encoding: TokenTable, tokens: list[str], at: int) -> str:
    start, end = encoding.offsets_array[at].tolist()
    return f"{tokens[at]}\nid {encoding.ids_array[at]}\ncharacters {start}-{end}\ntoken {at}"


def encoding_html(encoding: TokenTable, text: str | None = None) -> str:
    """Show the tokens of an encoding in colour.

    Args:
        encoding: of one text, or of a pair when `text` is None.
        text: what was encoded: then the colours lie over it, and what no token covers stays plain.
            Tokens that share a character (a character of several bytes) share a box. Without it
            the tokens themselves are shown.

    Returns:
        A `<div>`; ids and offsets show when the pointer rests on a token.
    """
    tokens = encoding.tokens
    parts: list[str] = []
    if text is None:
        for at, token in enumerate(tokens):
            special = encoding.special_tokens_mask_array[at]
            colour = "#ddd" if special else COLOURS[at % len(COLOURS)]
            parts.append(_box(token, _title(encoding, tokens, at), colour))
        return f'<div style="font-family:monospace;line-height:1.8">{" ".join(parts)}</div>'
    done = 0
    shown = ""
    titles: list[str] = []
    first = 0  # token of the open box: the box has its colour, as the token has it without text

    def close() -> None:
        nonlocal shown
        if titles:
            parts.append(_box(shown, "\n\n".join(titles), COLOURS[first % len(COLOURS)]))
        shown = ""
        titles.clear()

    for at, (start, end) in enumerate(encoding.offsets):
        if start == end:  # a special token, padding, or a token of nothing
            continue
        if start >= done:
            close()
            parts.append(escape(text[done:start]))
            first = at
        shown += text[max(start, done) : end]
        titles.append(_title(encoding, tokens, at))
        done = max(done, end)
    close()
    parts.append(escape(text[done:]))
    return (
        '<div style="font-family:monospace;line-height:1.8;white-space:pre-wrap">'
        f"{''.join(parts)}</div>"
    )
