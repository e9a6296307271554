"""`bert-min embed`: files of texts in, a file of vectors out, in memory that does not grow."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any, Final, get_args

import torch
from tqdm import tqdm

from bert_min.embedding.embedder import Embedder
from bert_min.embedding.options import Combine, EmbedOptions, LongTexts
from bert_min.embedding.pooling import Pooling
from bert_min.embedding.vector_files import open_writer
from bert_min.text.text_files import read_texts

DTYPES: Final = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def register(subparsers: Any) -> None:
    """Add `bert-min embed`."""
    parser = subparsers.add_parser("embed", help="turn texts into vectors")
    add = parser.add_argument
    add("inputs", nargs="+", help=".txt (a text a line), .jsonl, .parquet, or - for lines of stdin")
    add("--model", required=True, help="folder with a BERT and its tokenizer")
    add("-o", "--output", "--out", required=True, help=".npy or .parquet file for the vectors")
    add("--field", "--column", default="text", help="JSONL key or Parquet column (text)")
    add("--pooling", choices=get_args(Pooling), help="what the folder says, or mean")
    add("--layers", type=int, nargs="+", default=[-1], help="0 to L; -1, the last, by default")
    add("--combine", choices=get_args(Combine), default="concat", help="of several layers")
    add("--normalize", action=argparse.BooleanOptionalAction, help="what the folder says, or not")
    add("--max-length", type=int, help="most tokens of a text; what the folder says")
    add("--long-texts", choices=get_args(LongTexts), default="truncate", help="over max-length")
    add("--overlap", type=int, default=0, help="tokens that windows share")
    add("--batch-tokens", type=int, help="tokens of a batch; more is faster up to a point")
    add("--threads", type=int, help="threads of the model on a CPU; every core by default")
    add("--device", help="cpu or cuda; a GPU if there is one")
    add("--dtype", choices=DTYPES, help="float32 by default; bfloat16 suits a GPU")
    add("--int8", action="store_true", help="multiply in 8-bit integers (CPU)")
    add("--compile", action="store_true", help="fuse steps with torch.compile first")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    if args.threads is not None:
        torch.set_num_threads(args.threads)
    embedder = Embedder.from_pretrained(
        args.model,
        args.device,
        DTYPES[args.dtype] if args.dtype else None,
        "int8" if args.int8 else None,
        args.compile,
    )
    options = EmbedOptions(
        pooling=args.pooling or embedder.pooling,
        layers=tuple(args.layers),
        combine=args.combine,
        normalize=embedder.normalize if args.normalize is None else args.normalize,
        max_length=args.max_length or embedder.max_length,
        batch_tokens=args.batch_tokens or embedder.batch_tokens,
        long_texts=args.long_texts,
        overlap=args.overlap,
    )
    options.check(embedder.model)
    texts = tokens = truncated = 0
    start = time.perf_counter()
    with (
        open_writer(args.output, options.width(embedder.model)) as writer,
        tqdm(unit=" texts", disable=None) as bar,
    ):
        for chunk in embedder.stream(read_texts(args.inputs, args.field), options):
            writer.write(chunk.vectors)
            texts += len(chunk.vectors)
            tokens += chunk.tokens
            truncated += chunk.truncated
            rate = tokens / (time.perf_counter() - start)
            bar.set_postfix_str(f"{rate:,.0f} tok/s")
            bar.update(len(chunk.vectors))
    seconds = time.perf_counter() - start
    print(
        f"{texts:,} texts, {tokens:,} tokens in {seconds:.1f} s ({tokens / seconds:,.0f} tok/s), "
        f"{truncated:,} texts cut to {options.max_length} tokens -> {args.output}",
        file=sys.stderr,
    )
