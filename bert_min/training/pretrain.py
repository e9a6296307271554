"""`bert-min pretrain`: train a BERT on raw text."""

import argparse
from pathlib import Path

import torch

from bert_min.hub import find_folder
from bert_min.model.config import BertConfig
from bert_min.model.pretraining_heads import BertForMaskedLM, BertForPreTraining
from bert_min.text.corpus import tokenize_documents
from bert_min.text.documents import read_documents
from bert_min.text.masking import make_masker
from bert_min.text.same_file import refuse_overwriting
from bert_min.text.special_tokens import SpecialIds
from bert_min.text.tokenizers import (
    Tokenizer,
    has_tokenizer,
    load_tokenizer,
    save_tokenizer,
    train_wordpiece,
)
from bert_min.text.vocabulary_checks import check_embedding, warn_of_unknown
from bert_min.training.checkpoint import kept_checkpoint
from bert_min.training.identity import digest, model_digest
from bert_min.training.loop import train
from bert_min.training.model_sizes import SIZES, sized_config
from bert_min.training.options import training_config
from bert_min.training.pretraining_objective import PretrainObjective, measure
from bert_min.training.processes import Processes

USUAL_SIZE, USUAL_VOCABULARY = "mini", 8000
MIN_LENGTH = 3  # [CLS], a token, [SEP]
FIRST_TOKENS = 100_000  # say enough about a vocabulary


def pretrain(options: argparse.Namespace) -> dict[str, float]:
    """Run ``bert-min pretrain``.

    Args:
        options: As `bert_min.cli.pretrain` defines them.

    Returns:
        The best metrics on held-out text.

    Raises:
        ValueError: If an option or a file breaks a rule.
        OSError: If a file cannot be read or written.
    """
    if options.model is not None:
        options.model = str(find_folder(options.model))
        refuse_overwriting(options.out, [options.model])
    processes = Processes(options.device)
    separator = _separator(options)
    tokenizer, source = _choose_tokenizer(options, separator)
    if options.model is None:
        size = options.config or USUAL_SIZE
        fixed = size not in SIZES  # a file says how many positions there are
        shape = sized_config(size, tokenizer, MIN_LENGTH if fixed else options.max_length)
    else:
        shape = BertConfig.from_pretrained(options.model)
        check_embedding(tokenizer, shape.vocab_size, options.model)
    if shape.model_type != "bert":
        raise ValueError(
            f"{options.model or options.config}: pretraining of model_type {shape.model_type!r} is "
            "not implemented, only of 'bert'"
        )
    max_length = shape.fit_length(options.max_length)
    documents = read_documents(options.corpus, separator)
    corpus = tokenize_documents(documents, tokenizer)
    if options.dev:
        held_out = tokenize_documents(read_documents(options.dev, separator), tokenizer)
    else:
        corpus, held_out = corpus.split(options.held_out)
    warn_of_unknown(tokenizer, corpus.ids[:FIRST_TOKENS])
    special = SpecialIds.of(tokenizer)
    masker = make_masker(tokenizer, rate=options.mask_rate, whole_words=options.whole_words)
    sides = [
        PretrainObjective(
            side,
            special,
            masker,
            max_length=max_length,
            pairs=not options.mlm_only,
            seed=options.seed,
            tokenizer=tokenizer,
        )
        for side in (corpus, held_out)
    ]
    torch.manual_seed(options.seed)
    head = BertForMaskedLM if options.mlm_only else BertForPreTraining
    model = head(shape) if options.model is None else head.from_pretrained(options.model)
    identity = {
        "task": "masked tokens" if options.mlm_only else "masked tokens and sentence pairs",
        "max_length": max_length,
        "mask_rate": options.mask_rate,
        "whole_words": options.whole_words,
        "configuration": shape.to_dict(),
        "tokenizer": digest(tokenizer.to_str()),
        "model": options.model and model_digest(options.model),
        "training data": digest(*corpus),
        "held-out data": digest(*held_out),
    }

    def save(folder: Path) -> None:
        model.save_pretrained(folder)
        save_tokenizer(tokenizer, folder, source)

    if processes.is_first:
        if model.load_report is not None:
            print(model.load_report)
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
        identity=identity,
    )
    if processes.is_first and result.finished:
        print(kept_checkpoint(options.out))
    return result.best or {}


def _separator(options: argparse.Namespace) -> str | None:
    if not options.one_text_per_line:
        separator: str | None = options.separator
        return separator
    if options.separator is not None:
        raise ValueError(
            "--one-text-per-line means that a line ends a document: leave --separator "
            f"{options.separator!r} out"
        )
    return "\n"


def _choose_tokenizer(
    options: argparse.Namespace, separator: str | None
) -> tuple[Tokenizer, Path | None]:
    """Return the tokenizer, and the folder whose other tokenizer files go with it.

    Weights and their tokenizer belong together: a row of the embedding is the meaning of a token.

    Raises:
        ValueError: Options that contradict each other, or a tokenizer that is not the model's.
        OSError: There is no tokenizer where there should be one.
    """
    new = options.model is None and options.tokenizer is None
    if options.model is not None and options.config is not None:
        raise ValueError(
            f"--config {options.config} is for a new model, and --model {options.model} has a "
            "configuration of its own: leave one of them out"
        )
    if not new and (options.vocab_size is not None or options.cased):
        raise ValueError(
            "--vocab-size and --cased are for a new vocabulary, and --tokenizer or --model brings "
            "one along: leave one of them out"
        )
    made_before = Path(options.out) / "tokenizer.json"
    if new and options.resume and made_before.is_file():
        return load_tokenizer(made_before), None
    if new:
        size = USUAL_VOCABULARY if options.vocab_size is None else options.vocab_size
        cased = options.cased
        return train_wordpiece(options.corpus, size, separator, lowercase=not cased), None
    own = None
    if options.model is not None and has_tokenizer(options.model):
        own = load_tokenizer(options.model)
    if options.tokenizer is None:
        if own is None:
            raise OSError(
                f"{options.model}: the model folder holds no tokenizer; name the one that it was "
                "trained with by --tokenizer"
            )
        return own, Path(options.model)
    given = load_tokenizer(options.tokenizer)
    if own is not None and own.get_vocab() != given.get_vocab():
        raise ValueError(
            f"--tokenizer {options.tokenizer} has another vocabulary ({given.vocab_size} tokens) "
            f"than the model in {options.model} was trained with ({own.vocab_size} tokens): leave "
            "--tokenizer out"
        )
    folder = Path(options.tokenizer)
    return given, folder if folder.is_dir() else None
