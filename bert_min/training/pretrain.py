"""`bert-min pretrain`: train a BERT on raw text."""

import argparse
from pathlib import Path
from typing import Any

import torch

from bert_min.model.pretraining_heads import BertForMaskedLM, BertForPreTraining
from bert_min.text.corpus import tokenize_documents
from bert_min.text.documents import read_documents
from bert_min.text.masking import make_masker
from bert_min.text.special_tokens import SpecialIds
from bert_min.text.tokenizers import load_tokenizer, save_tokenizer, train_wordpiece
from bert_min.training.loop import train
from bert_min.training.model_sizes import SIZES, sized_config
from bert_min.training.options import add_training_options, training_config
from bert_min.training.pretraining_objective import PretrainObjective, measure
from bert_min.training.processes import Processes


def pretrain(options: argparse.Namespace) -> dict[str, float]:
    """Run ``bert-min pretrain``.

    Args:
        options: As `register` defines them.

    Returns:
        The best metrics on held-out text.

    Raises:
        ValueError: If an option or a file breaks a rule.
        OSError: If a file cannot be read or written.
    """
    processes = Processes(options.device)
    made_before = Path(options.out) / "tokenizer.json"
    if options.tokenizer is None and options.resume and made_before.is_file():
        tokenizer = load_tokenizer(made_before)
    elif options.tokenizer is None:
        tokenizer = train_wordpiece(
            options.corpus, options.vocab_size, options.separator, lowercase=not options.cased
        )
    else:
        tokenizer = load_tokenizer(options.tokenizer)
    documents = read_documents(options.corpus, options.separator)
    corpus = tokenize_documents(documents, tokenizer)
    if options.dev:
        held_out = tokenize_documents(read_documents(options.dev, options.separator), tokenizer)
    else:
        corpus, held_out = corpus.split(options.held_out)
    special = SpecialIds.of(tokenizer)
    masker = make_masker(tokenizer, rate=options.mask_rate, whole_words=options.whole_words)
    sides = [
        PretrainObjective(
            side,
            special,
            masker,
            max_length=options.max_length,
            pairs=not options.mlm_only,
            seed=options.seed,
        )
        for side in (corpus, held_out)
    ]
    torch.manual_seed(options.seed)
    head = BertForMaskedLM if options.mlm_only else BertForPreTraining
    if options.model is None:
        model = head(sized_config(options.config, tokenizer, options.max_length))
    else:
        model = head.from_pretrained(options.model)

    def save(folder: Path) -> None:
        model.save_pretrained(folder)
        save_tokenizer(tokenizer, folder)

    if processes.is_first:
        print(
            f"{len(corpus.ids):,} tokens in {len(corpus.document_splits) - 1:,} documents, "
            f"{sum(p.numel() for p in model.parameters()):,} weights, on {processes.device}"
        )
    result = train(
        model,
        sides[0],
        training_config(options),
        options.out,
        save=save,
        evaluate=lambda: measure(model, sides[1]),
        metric="loss",
        larger_is_better=False,
        processes=processes,
        resume=options.resume,
    )
    return result.best or {}


def _run(options: argparse.Namespace) -> None:
    metrics = pretrain(options)
    if Processes(options.device).is_first:
        print("  ".join(f"{name} {value:.4f}" for name, value in metrics.items()))


def register(subparsers: Any) -> None:
    """Add ``bert-min pretrain``."""
    parser = subparsers.add_parser("pretrain", help="train a BERT on raw text")
    parser.add_argument("corpus", nargs="+", help="UTF-8 text files")
    parser.add_argument("--out", required=True, help="folder for the model, log and checkpoint")
    parser.add_argument("--tokenizer", help="folder or file; without, a WordPiece is trained")
    parser.add_argument("--vocab-size", type=int, default=8000, help="of the trained WordPiece")
    parser.add_argument("--cased", action="store_true", help="train it on text as it is")
    parser.add_argument("--config", default="mini", help=f"{', '.join(SIZES)}, or a config.json")
    parser.add_argument("--model", help="go on from the weights in this folder")
    parser.add_argument("--separator", help="between documents; a blank line by default")
    parser.add_argument("--dev", nargs="+", help="held-out text files")
    parser.add_argument("--held-out", type=float, default=0.01, help="share without --dev")
    parser.add_argument("--mlm-only", action="store_true", help="no sentence pairs")
    parser.add_argument("--whole-words", action="store_true", help="mask whole words")
    parser.add_argument("--mask-rate", type=float, default=0.15, help="at most (0.15)")
    add_training_options(parser, batch_size=32, epochs=1.0, lr=5e-4, max_length=128)
    parser.set_defaults(run=_run)
