"""Texts with their tokens and annotations as HTML, as `tokenizers.tools.visualizer` shows them."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any, ClassVar

from subword.compat.tokenizers.tools.char_states import CharState
from subword.results.encoding import Encoding

PAGE = """<html>
<head><meta charset="utf-8"><style>
body {{ font-family: monospace; line-height: 2.2; white-space: pre-wrap; color: #000; }}
.even {{ background: #d5e8f7; }}
.odd {{ background: #b4d7f0; }}
.annotation {{ border-bottom: 3px solid; }}
.annotation::after {{ content: attr(data-label); font-size: 70%; vertical-align: sub; }}
</style></head>
<body>{}</body>
</html>
"""


@dataclass
class Annotation:
    """A labelled span of a text.

    Attributes:
        start, end: Its characters, [start, end).
        label: Its label.
    """

    start: int
    end: int
    label: str


class EncodingVisualizer:
    """Shows a text with its tokens in turn light and dark, and its annotations underlined.

    Args:
        tokenizer: Encodes.
        default_to_notebook: Show the page in the notebook instead of returning it.
        annotation_converter: Makes an `Annotation` of what a call is given as one.

    Raises:
        ImportError: A notebook is wanted and IPython is not installed.

    Attributes:
        unk_token_regex: Found in the tokens that `consecutive_chars_to_html` marks as special.
    """

    # As the original writes it, with \b for a backspace: in effect "unk" or "oov" anywhere.
    unk_token_regex: ClassVar[re.Pattern[str]] = re.compile(
        "(.{1}\b)?(unk|oov)(\b.{1})?", flags=re.IGNORECASE
    )

    def __init__(
        self,
        tokenizer: Any,
        default_to_notebook: bool = True,
        annotation_converter: Callable[[Any], Annotation] | None = None,
    ) -> None:
        if default_to_notebook:
            _notebook()
        self.tokenizer = tokenizer
        self.default_to_notebook = default_to_notebook
        self.annotation_converter = annotation_converter

    def __call__(
        self,
        text: str,
        annotations: Sequence[Any] | None = None,
        default_to_notebook: bool | None = None,
    ) -> str | None:
        """Show a text.

        Args:
            text: The text.
            annotations: Its annotations; where they overlap the last one counts.
            default_to_notebook: As for the constructor, for this call; None: as it was given there.

        Returns:
            The page, None where it is shown in the notebook.
        """
        convert = self.annotation_converter
        given: list[Annotation] = [convert(a) if convert else a for a in annotations or ()]
        page = PAGE.format("".join(_spans(text, self.tokenizer.encode(text), given)))
        shows = self.default_to_notebook if default_to_notebook is None else default_to_notebook
        if not shows:
            return page
        display = _notebook()
        display.display(display.HTML(page))
        return None

    @staticmethod
    def calculate_label_colors(annotations: Iterable[Annotation]) -> dict[str, str]:
        """Return a colour of CSS for each label, the same each time."""
        labels = sorted({annotation.label for annotation in annotations})
        step = max(255 // max(len(labels), 1), 20)
        return {label: f"hsl({10 + i * step},32%,64%)" for i, label in enumerate(labels)}

    @staticmethod
    def consecutive_chars_to_html(
        consecutive_chars_list: Sequence[CharState], text: str, encoding: Any
    ) -> str:
        """Return the HTML that the original makes of characters with one token and annotation.

        Pages of a call are made otherwise; this is for code that makes its own.

        Args:
            consecutive_chars_list: The characters, one behind the other.
            text: The text they are of.
            encoding: Its encoding.

        Example:
            >>> states = [CharState(0), CharState(1)]
            >>> EncodingVisualizer.consecutive_chars_to_html(states, "<b", None)
            '<span class="non-token"  >&lt;b</span>'
        """
        first, last = consecutive_chars_list[0], consecutive_chars_list[-1]
        index = first.token_ix
        token = "" if index is None else encoding.tokens[index]
        if first.char_ix is None or last.char_ix is None:
            return f'<span class="special-token" data-stoken={_attribute(token)}></span>'
        classes, data = ["non-token"], ""
        if index is not None:
            classes = ["token", *(["multi-token"] if first.is_multitoken else [])]
            classes.append("odd-token" if index % 2 else "even-token")
            if EncodingVisualizer.unk_token_regex.search(token):
                classes.append("special-token")
                data = ' data-stok="{}"'.format(token.replace('"', "&quot;"))
        shown = escape(text[first.char_ix : last.char_ix + 1])
        return f'<span class="{" ".join(classes)}" {data} >{shown}</span>'


def _attribute(token: str) -> str:
    """Return a token as the value of an attribute, without quotes where it needs none."""
    return token if re.fullmatch(r"[^\s\"'=<>`&]+", token) else f'"{escape(token)}"'


def _notebook() -> Any:
    try:
        return importlib.import_module("IPython.display")
    except ImportError:
        raise ImportError(
            "showing the page in a notebook needs IPython; default_to_notebook=False returns it"
        ) from None


def _spans(text: str, encoding: Encoding, annotations: Sequence[Annotation]) -> Iterable[str]:
    """Yield the HTML of each annotation, and of the text between them."""
    token_of: list[int | None] = [None] * len(text)
    for index, (start, end) in enumerate(encoding.offsets):
        for i in range(start, end):
            if token_of[i] is None:  # the first of the tokens that share a character
                token_of[i] = index
    annotation_of: list[int | None] = [None] * len(text)
    for index, annotation in enumerate(annotations):
        for i in range(max(annotation.start, 0), min(annotation.end, len(text))):
            annotation_of[i] = index
    colors = EncodingVisualizer.calculate_label_colors(annotations)
    tokens = encoding.tokens
    for found, run in groupby(range(len(text)), annotation_of.__getitem__):
        inner = []
        for token_index, characters in groupby(run, token_of.__getitem__):
            shown = escape("".join([text[i] for i in characters]))
            if token_index is not None:
                shade = "odd" if token_index % 2 else "even"
                title = escape(f"{tokens[token_index]} {encoding.ids[token_index]}")
                shown = f'<span class="{shade}" title="{title}">{shown}</span>'
            inner.append(shown)
        content = "".join(inner)
        if found is not None:
            label = annotations[found].label
            content = (
                f'<span class="annotation" style="border-color:{colors[label]}" '
                f'data-label="{escape(label)}">{content}</span>'
            )
        yield content
