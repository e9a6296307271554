"""Encodings as HTML: each token in a colour of its own over the text it covers."""

from __future__ import annotations

from html import escape

from subword.results.token_columns import TokenColumns

# Pastels that keep black text readable, and neighbours apart.
COLOURS = ("#ffd6a5", "#caffbf", "#9bf6ff", "#ffc6ff", "#fdffb6", "#bdb2ff")
_BOX = "border-radius:3px;padding:1px 0;white-space:pre-wrap;color:#000;background:"


def _box(shown: str, title: str, colour: str) -> str:
    return f'<span style="{_BOX}{colour}" title="{escape(title)}">{escape(shown)}</span>'


def _title(encoding: TokenColumns, tokens: list[str], index: int) -> str:
    start, end = encoding.offsets_array[index].tolist()
    token_id = encoding.ids_array[index]
    return f"{tokens[index]}\nid {token_id}\ncharacters {start}-{end}\ntoken {index}"


def encoding_html(encoding: TokenColumns, text: str | None = None) -> str:
    """Show the tokens of an encoding in colour.

    Args:
        encoding: Of one text, or of a pair when `text` is None.
        text: What was encoded: then the colours are laid over it, and what no token covers stays
            plain. Tokens that share a character (a character of several bytes) share a box. None
            shows the tokens themselves.

    Returns:
        A `<div>`; ids and offsets are shown when the pointer rests on a token.
    """
    tokens = encoding.tokens
    parts: list[str] = []
    if text is None:
        for i, token in enumerate(tokens):
            special = encoding.special_tokens_mask_array[i]
            colour = "#ddd" if special else COLOURS[i % len(COLOURS)]
            parts.append(_box(token, _title(encoding, tokens, i), colour))
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

    for i, (start, end) in enumerate(encoding.offsets):
        if start == end:  # a special token, padding, or a token of nothing
            continue
        if start >= done:
            close()
            parts.append(escape(text[done:start]))
            first = i
        shown += text[max(start, done) : end]
        titles.append(_title(encoding, tokens, i))
        done = max(done, end)
    close()
    parts.append(escape(text[done:]))
    return (
        '<div style="font-family:monospace;line-height:1.8;white-space:pre-wrap">'
        f"{''.join(parts)}</div>"
    )
