"""`bert-min show`: a picture of attention, and of the token vectors in two dimensions."""

from __future__ import annotations

import argparse
from typing import Any

from bert_min.cli.parsers import add_command


def register(subparsers: Any) -> None:
    """Add `bert-min show`."""
    parser = add_command(
        subparsers,
        "show",
        "Draw attention and token vectors.",
        "The picture has a map of attention for each text, and all token vectors in the plane in "
        "which they differ most. The three tokens that each token attends to most are printed.",
        'bert-min show "He got bit by python." --model FOLDER -o python.png',
    )
    parser.add_argument("texts", nargs="+", help="A text, or a few to compare.")
    parser.add_argument(
        "--model", required=True, help="Folder with a BERT and its tokenizer, or a name of the Hub."
    )
    parser.add_argument(
        "-o",
        "--output",
        "--out",
        default="bert.png",
        metavar="FILE",
        help="Picture to write; its ending says the format. Default: %(default)s.",
    )
    parser.add_argument(
        "--layer",
        type=int,
        default=-1,
        metavar="L",
        help="Layer to look at: 1 is the first, -1 the last. Default: %(default)s.",
    )
    parser.add_argument(
        "--head",
        type=int,
        metavar="H",
        help="Head of the layer whose attention to draw; 1 is the first. Default: the mean of all.",
    )
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    from bert_min.attention.draw import draw, weights_of
    from bert_min.attention.maps import attention_maps
    from bert_min.attention.token_vectors import token_vectors
    from bert_min.embedding.model_folder import load_pretrained

    model, tokenizer = load_pretrained(args.model)
    if tokenizer is None:
        raise OSError(f"{args.model}: a model folder must hold tokenizer.json or vocab.txt")
    layers, heads = model.config.num_hidden_layers, model.config.num_attention_heads
    if args.head is not None and not 1 <= args.head <= heads:
        raise ValueError(f"head must lie in 1 to {heads}, got {args.head}")
    if args.layer == 0:
        raise ValueError("layer must lie in 1 to L or be negative: layer 0 has no attention")
    vectors = [token_vectors(model, tokenizer, text, args.layer) for text in args.texts]
    layer = args.layer - 1 if args.layer > 0 else args.layer
    maps = [attention_maps(model, tokenizer, text, layer) for text in args.texts]
    head = None if args.head is None else args.head - 1
    whose = f"head {args.head} of {heads}" if args.head else f"the mean of {heads} heads"
    heading = f"attention in layer {layer % layers + 1} of {layers}, {whose}"
    print(heading)
    for text, found in zip(args.texts, maps, strict=True):
        tokens = found.tokens
        print(text)
        for token, row in zip(tokens, weights_of(found, head), strict=True):
            best = row.argsort()[::-1][:3]
            print(f"  {token:>16} -> " + ", ".join(f"{tokens[j]} {row[j]:.2f}" for j in best))
    draw(maps, vectors, args.output, titles=args.texts, heading=heading, head=head)
    print(f"picture: {args.output}")
