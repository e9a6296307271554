"""What `bert-min export` runs: a folder in, a file or a folder out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bert_min.embedding.embedder import Embedder
from bert_min.export.onnx_file import export_onnx
from bert_min.hub import find_folder
from bert_min.text.same_file import refuse_overwriting


def export_files(args: argparse.Namespace) -> None:
    """Run ``bert-min export``.

    Args:
        args: As `bert_min.cli.export` defines them.

    Raises:
        ValueError: An option breaks a rule, or the exported vectors are not those of the model.
        OSError: A file cannot be read or written.
        ImportError: The package onnx is missing.
    """
    folder, output = find_folder(args.model), Path(args.output)
    refuse_overwriting(output, [folder])
    if args.to == "sentence-transformers":
        if args.precision != "float32":
            raise ValueError("a folder of sentence-transformers is in float32, got precision int8")
        Embedder.from_pretrained(folder, "cpu").save_pretrained(output)
        print(f"{folder} -> {output}", file=sys.stderr)
        return
    if output.suffix != ".onnx":
        raise ValueError(f"the output must end in .onnx, got {str(output)!r}")
    found = export_onnx(Embedder.from_pretrained(folder, "cpu"), output, args.precision)
    print(
        f"{folder} -> {output}, {output.stat().st_size / 1e6:,.1f} MB; vectors of {found.runner} "
        f"differ by {found.farthest:.1e} at most, their cosine is at least {found.cosine:.5f}",
        file=sys.stderr,
    )
