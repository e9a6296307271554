"""Pretraining from raw text: masked tokens, and whether one sentence follows another.

Source: Devlin et al. 2019, section 3.1 and appendix A.2. The sizes tiny to medium are those of
Turc et al. 2019.
"""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from bert_min.model.config import BertConfig
from bert_min.model.pretraining_heads import IGNORE, BertForMaskedLM, BertForPreTraining
from bert_min.text.batch import Batch, Objective, Term, move
from bert_min.text.corpus import Corpus, read_documents, tokenize
from bert_min.text.examples import Flat, SpecialIds, assemble, flat_index, special_id
from bert_min.text.masking import Masker, Spans, next_sentence_pairs, single_spans
from bert_min.text.tokenizers import load_tokenizer, save_tokenizer, train_wordpiece
from bert_min.training.loop import train
from bert_min.training.options import add_training_options, training_config
from bert_min.training.processes import World

if TYPE_CHECKING:
    from subword import Tokenizer

Int = NDArray[np.int64]

# name -> hidden layers and hidden size; heads are 64 wide, the inner layer is four times as wide
SIZES = {
    "tiny": (2, 128),
    "mini": (4, 256),
    "small": (4, 512),
    "medium": (8, 512),
    "base": (12, 768),
}
SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def sized_config(size: str, tokenizer: "Tokenizer", max_length: int) -> BertConfig:
    """The configuration of a named size or of a ``config.json``, for a vocabulary.

    Args:
        size: a name of `SIZES`, or the path of a file or folder.
        tokenizer: gives the vocabulary's size and the id of [PAD].
        max_length: longest input; positions are at least 512 for a named size.

    Returns:
        The configuration.

    Raises:
        ValueError: if there is no such size, or `max_length` is above the positions of the file.
        OSError: if the file cannot be read.

    Example:
        >>> sorted(SIZES)
        ['base', 'medium', 'mini', 'small', 'tiny']
    """
    if size in SIZES:
        layers, width = SIZES[size]
        return BertConfig(
            hidden_size=width,
            num_hidden_layers=layers,
            num_attention_heads=width // 64,
            intermediate_size=4 * width,
            max_position_embeddings=max(512, max_length),
            vocab_size=tokenizer.vocab_size,
            pad_token_id=special_id(tokenizer, "[PAD]"),
        )
    path = Path(size)
    if not path.exists():
        raise ValueError(f"config must be one of {', '.join(SIZES)}, or a file, got {size!r}")
    file = path / "config.json" if path.is_dir() else path
    try:
        config = BertConfig.from_dict(json.loads(file.read_text(encoding="utf-8")), str(file))
    except json.JSONDecodeError as error:
        raise ValueError(f"{file}:{error.lineno}: not valid JSON: {error}") from error
    if config.max_position_embeddings < max_length:
        raise ValueError(
            f"max_length must be at most max_position_embeddings of {path}, "
            f"{config.max_position_embeddings}, got {max_length}"
        )
    return config.replace(
        vocab_size=tokenizer.vocab_size, pad_token_id=special_id(tokenizer, "[PAD]")
    )


def make_masker(tokenizer: "Tokenizer", *, rate: float = 0.15, whole_words: bool = False) -> Masker:
    """A masker for a vocabulary.

    Args:
        tokenizer: knows the special tokens, and with ``##`` which tokens go on with a word.
        rate: share of the tokens to predict, at most.
        whole_words: choose whole words.

    Raises:
        ValueError: if a special token is missing, or whole words are asked of a vocabulary whose
            tokens do not say what goes on with a word.
    """
    continues = None
    if whole_words:
        continues = np.zeros(tokenizer.vocab_size, np.bool_)
        continues[[i for token, i in tokenizer.get_vocab().items() if token.startswith("##")]] = (
            True
        )
        if not continues.any():
            raise ValueError("whole_words needs a WordPiece vocabulary, with tokens such as ##ing")
    return Masker(
        tokenizer.vocab_size,
        special_id(tokenizer, "[MASK]"),
        [special_id(tokenizer, token) for token in SPECIAL_TOKENS],
        rate=rate,
        continues_word=continues,
    )


class PretrainObjective:
    """Masked tokens, and with pairs the next sentence; new pairs and masks in every epoch.

    Args:
        corpus: the tokenized documents.
        special: ids of [CLS] and [SEP].
        masker: chooses and hides tokens.
        max_length: most tokens of an input, special tokens included.
        pairs: whether to train on sentence pairs; without, inputs are pieces of documents.
        seed: drives the choice of the pairs.
    """

    def __init__(
        self,
        corpus: Corpus,
        special: SpecialIds,
        masker: Masker,
        *,
        max_length: int,
        pairs: bool,
        seed: int,
    ) -> None:
        self._corpus, self._special, self._masker = corpus, special, masker
        self._max_length, self._pairs, self._seed = max_length, pairs, seed
        self._spans: Spans | None = None

    def start_epoch(self, epoch: int) -> None:
        """Draw the sentence pairs of an epoch."""
        splits = self._corpus.sentence_splits, self._corpus.document_splits
        if self._pairs:
            rng = np.random.default_rng([self._seed, epoch, 2])
            self._spans = next_sentence_pairs(*splits, self._max_length - 3, rng)
        elif self._spans is None:
            self._spans = single_spans(*splits, self._max_length - 2)

    @property
    def spans(self) -> Spans:
        """The pieces of this epoch.

        Raises:
            ValueError: before the first epoch.
        """
        if self._spans is None:
            raise ValueError("start_epoch must come before the examples of an epoch")
        return self._spans

    def __len__(self) -> int:
        return len(self.spans.a)

    def batch(self, rows: Int, rng: np.random.Generator) -> Batch:
        """Cut some pieces out of the corpus, sort them by length, mask them."""
        spans = self.spans
        sizes = (spans.a[rows, 1] - spans.a[rows, 0]) + (spans.b[rows, 1] - spans.b[rows, 0])
        rows = rows[np.argsort(sizes, kind="stable")]
        inputs = assemble(
            self._special,
            self._max_length,
            self._cut(spans.a[rows]),
            self._cut(spans.b[rows]) if self._pairs else None,
        )
        ids, types, lengths = inputs.gather(np.arange(len(rows)))
        masked = self._masker(ids, lengths, rng)
        labels = np.full(len(ids), IGNORE, np.int64)
        labels[masked.positions] = masked.labels
        return Batch(masked.input_ids, types, lengths, labels, spans.is_random[rows, None])

    def _cut(self, spans: Int) -> Flat:
        sizes = spans[:, 1] - spans[:, 0]
        ids = self._corpus.ids[flat_index(spans[:, 0], sizes)].astype(np.int64)
        return Flat(ids, np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes))))

    def weights(self, batch: Batch) -> dict[str, int]:
        """Count the masked tokens, and the pairs."""
        masked = {"mlm": int((batch.token_labels != IGNORE).sum())}
        return {**masked, "nsp": len(batch.lengths)} if self._pairs else masked

    def loss(
        self, model: BertForPreTraining | BertForMaskedLM, batch: Batch, device: torch.device
    ) -> dict[str, Term]:
        """Run the model; only the masked tokens meet the vocabulary, logits (M, V)."""
        rows = np.flatnonzero(batch.token_labels != IGNORE)
        gold = move(batch.token_labels[rows], device)
        out: Any = model.forward_packed(
            move(batch.input_ids, device),
            torch.from_numpy(batch.lengths),
            move(batch.token_type_ids, device),
            rows=move(rows, device),
        )
        if not self._pairs:
            return {"mlm": _term(out.logits, gold)}
        pairs = move(batch.row_labels[:, 0], device)
        return {
            "mlm": _term(out.prediction_logits, gold),
            "nsp": _term(out.seq_relationship_logits, pairs),
        }


def _term(logits: torch.Tensor, gold: torch.Tensor) -> Term:
    logits = logits.float()
    return Term(F.cross_entropy(logits, gold, reduction="sum"), (logits.argmax(1) == gold).sum())


def measure(
    model: torch.nn.Module, objective: Objective, *, batch_size: int = 64, most: int = 2048
) -> dict[str, float]:
    """Losses and accuracies on held-out text, with masks that are the same every time.

    Args:
        model: in evaluation mode.
        objective: of the held-out text.
        batch_size: examples of a batch.
        most: how many examples to look at.

    Returns:
        ``loss``, and ``loss_NAME``, ``accuracy_NAME`` and ``majority_NAME`` of each term; the
        majority is the accuracy of always giving the most frequent answer.
    """
    device = next(model.parameters()).device
    objective.start_epoch(0)
    rng = np.random.default_rng(0)
    rows = rng.permutation(len(objective))[:most]
    sums: dict[str, list[float]] = {}
    answers: dict[str, list[Int]] = {"mlm": [], "nsp": []}
    for at in range(0, len(rows), batch_size):
        batch = objective.batch(rows[at : at + batch_size], rng)
        with torch.inference_mode():
            terms = objective.loss(model, batch, device)
        weights = objective.weights(batch)
        answers["mlm"].append(batch.token_labels[batch.token_labels != IGNORE])
        answers["nsp"].append(batch.row_labels[:, 0])
        for name, term in terms.items():
            found = (float(term.loss), float(term.right), float(weights[name]))
            old = sums.get(name, [0.0, 0.0, 0.0])
            sums[name] = [a + b for a, b in zip(old, found, strict=True)]
    metrics = {"loss": sum(loss / max(count, 1) for loss, _, count in sums.values())}
    for name, (loss, right, count) in sums.items():
        metrics[f"loss_{name}"] = loss / max(count, 1)
        metrics[f"accuracy_{name}"] = right / max(count, 1)
        most_frequent = np.bincount(np.concatenate(answers[name])).max(initial=0)
        metrics[f"majority_{name}"] = float(most_frequent) / max(count, 1)
    return metrics


def pretrain(options: argparse.Namespace) -> dict[str, float]:
    """Run ``bert-min pretrain``.

    Args:
        options: as `register` defines them.

    Returns:
        The best metrics on held-out text.

    Raises:
        ValueError: if an option or a file breaks a rule.
        OSError: if a file cannot be read or written.
    """
    world = World(options.device)
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
    corpus = tokenize(documents, tokenizer)
    if options.dev:
        held_out = tokenize(read_documents(options.dev, options.separator), tokenizer)
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

    if world.first:
        print(
            f"{len(corpus.ids):,} tokens in {len(corpus.document_splits) - 1:,} documents, "
            f"{sum(p.numel() for p in model.parameters()):,} weights, on {world.device}"
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
        world=world,
        resume=options.resume,
    )
    return result.best or {}


def _run(options: argparse.Namespace) -> None:
    metrics = pretrain(options)
    if World(options.device).first:
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
