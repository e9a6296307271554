"""Files of texts in, a file of vectors out, in memory that does not grow."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Final

import torch

from bert_min.embedding.embedder import Embedder
from bert_min.embedding.options import EmbedOptions
from bert_min.embedding.quantized_files import open_quantized, ranges_path, read_ranges
from bert_min.progress import Progress
from bert_min.text.same_file import refuse_overwriting
from bert_min.text.text_files import read_texts

DTYPES: Final = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def embed_files(args: argparse.Namespace) -> None:
    """Run ``bert-min embed``.

    Args:
        args: As `bert_min.cli.embed` defines them.

    Raises:
        ValueError: An option or a file breaks a rule.
        OSError: A file cannot be read or written.
    """
    refuse_overwriting(args.output, args.inputs)
    if args.ranges is not None and args.precision not in ("int8", "uint8"):
        raise ValueError(f"--ranges is for int8 and uint8, got precision {args.precision}")
    ranges = None if args.ranges is None else read_ranges(args.ranges)
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
        max_length=embedder.fit_length(args.max_length),
        batch_tokens=args.batch_tokens or embedder.batch_tokens,
        long_texts=args.long_texts,
        overlap=args.overlap,
        prompt=embedder.find_prompt(args.prompt, args.prompt_name),
        truncate_dim=embedder.truncate_dim if args.truncate_dim is None else args.truncate_dim,
        normalize_last=args.normalize is True,
        widths=embedder.widths,
    )
    options.check(embedder.model)
    texts = tokens = truncated = 0
    start = time.perf_counter()
    with (
        open_quantized(
            args.output, options.width(embedder.model), args.precision, ranges
        ) as writer,
        Progress(None, "texts") as progress,
    ):

        def report(more_texts: int, more_tokens: int) -> None:
            nonlocal tokens
            tokens += more_tokens
            rate = tokens / (time.perf_counter() - start)
            progress.advance(more_texts, f"{rate:,.0f} tokens a second")

        for chunk in embedder.stream(read_texts(args.inputs, args.field), options, report):
            writer.write(chunk.vectors)
            texts += len(chunk.vectors)
            truncated += chunk.truncated
    seconds = time.perf_counter() - start
    print(
        f"{texts:,} texts, {tokens:,} tokens in {seconds:.1f} s ({tokens / seconds:,.0f} tok/s), "
        f"{truncated:,} texts cut to {options.max_length} tokens -> {args.output}"
        + (f", {ranges_path(args.output)}" if args.precision in ("int8", "uint8") else ""),
        file=sys.stderr,
    )
