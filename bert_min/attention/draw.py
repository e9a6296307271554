"""`bert-min show`: a picture of attention, and of the token vectors in two dimensions."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bert_min.attention.maps import AttentionMap, attention_maps
from bert_min.attention.token_vectors import TokenVectors, flatten, token_vectors
from bert_min.model.bert import BertModel
from bert_min.text.tokenizers import has_tokenizer, load_tokenizer
from subword.file_access import atomic_file

SPECIAL = ("[CLS]", "[SEP]")


def draw(maps: Sequence[AttentionMap], vectors: Sequence[TokenVectors], path: str | Path) -> None:
    """Draw the attention of each text, averaged over heads, and all token vectors in one plane.

    Args:
        maps: One a text.
        vectors: One a text.
        path: Where to write the picture; its ending says the format, PNG without one.

    Raises:
        ImportError: Matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError("pictures need matplotlib: pip install 'subword[plot]'") from None
    figure = Figure(figsize=(5.5 * (len(maps) + 1), 5.5), layout="constrained")
    panels: Any = figure.subplots(1, len(maps) + 1)
    for panel, (tokens, weights) in zip(panels, maps, strict=False):
        panel.imshow(weights.mean(0), cmap="magma_r", vmin=0)
        panel.set_xticks(range(len(tokens)), tokens, rotation=90)
        panel.set_yticks(range(len(tokens)), tokens)
        panel.set_xlabel("attended to")
        panel.set_ylabel("attending token")
    plane = panels[-1]
    points = flatten(np.concatenate([text.vectors for text in vectors]))  # (n, 2)
    first = 0
    for number, (tokens, _) in enumerate(vectors, 1):
        own = points[first : first + len(tokens)]
        first += len(tokens)
        dots = plane.scatter(*own.T, label=f"text {number}")
        for token, point in zip(tokens, own, strict=True):
            plane.annotate(
                token,
                point,
                textcoords="offset points",
                xytext=(4, 4),
                color=dots.get_facecolor()[0],
                alpha=0.4 if token in SPECIAL else 1.0,
            )
    plane.set_title("token vectors, two main directions")
    if len(vectors) > 1:
        plane.legend()
    with atomic_file(path) as file:
        figure.savefig(file, format=Path(path).suffix[1:] or "png")


def register(subparsers: Any) -> None:
    """Add `bert-min show`."""
    parser = subparsers.add_parser("show", help="draw attention and token vectors")
    parser.add_argument("texts", nargs="+", help="one text, or a few to compare")
    parser.add_argument("--model", required=True, help="folder with a BERT and its tokenizer")
    parser.add_argument("-o", "--output", "--out", default="bert.png", help="picture (bert.png)")
    parser.add_argument("--layer", type=int, default=-1, help="1 to L; -1, the last, by default")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    model = BertModel.from_pretrained(args.model)
    if not has_tokenizer(args.model):
        raise OSError(f"{args.model}: a model folder must hold tokenizer.json or vocab.txt")
    tokenizer = load_tokenizer(args.model)
    if args.layer == 0:
        raise ValueError("layer must lie in 1 to L or be negative: layer 0 has no attention")
    vectors = [token_vectors(model, tokenizer, text, args.layer) for text in args.texts]
    layer = args.layer - 1 if args.layer > 0 else args.layer
    maps = [attention_maps(model, tokenizer, text, layer) for text in args.texts]
    for text, (tokens, weights) in zip(args.texts, maps, strict=True):
        print(text)
        for token, row in zip(tokens, weights.mean(0), strict=True):
            best = row.argsort()[::-1][:3]
            print(f"  {token:>16} -> " + ", ".join(f"{tokens[j]} {row[j]:.2f}" for j in best))
    draw(maps, vectors, args.output)
    print(f"picture: {args.output}")
