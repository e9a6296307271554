"""`bert-min pretrain`: train a BERT on raw text."""

import argparse
from pathlib import Path

import torch

from bert_min.model.pretraining_heads import BertForMaskedLM, BertForPreTraining
from bert_min.text.corpus import tokenize_documents
from bert_min.text.documents import read_documents
from bert_min.text.masking import make_masker
from bert_min.text.special_tokens import SpecialIds
from bert_min.text.tokenizers import load_tokenizer, save_tokenizer, train_wordpiece
from bert_min.training.loop import train
from bert_min.training.model_sizes import sized_config
from bert_min.training.options import training_config
from bert_min.training.pretraining_objective import PretrainObjective, measure
from bert_min.training.processes import Processes


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
