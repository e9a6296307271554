"""The shape of a BERT: every field carries the name it has in `config.json`."""

from __future__ import annotations

import dataclasses
import json
import warnings
from pathlib import Path
from typing import Any, Final

from bert_min.hub import find_folder
from bert_min.model.activations import ACTIVATIONS
from bert_min.model.families import FAMILIES, Family
from bert_min.model.modern_config import ModernConfig, read_modern, write_modern
from subword.file_access import write_text

PROBLEM_TYPES: Final = ("regression", "single_label_classification", "multi_label_classification")

# DistilBERT wrote the same quantities under names of its own.
DISTILBERT_NAMES: Final = {
    "dim": "hidden_size",
    "n_layers": "num_hidden_layers",
    "n_heads": "num_attention_heads",
    "hidden_dim": "intermediate_size",
    "activation": "hidden_act",
    "dropout": "hidden_dropout_prob",
    "attention_dropout": "attention_probs_dropout_prob",
    "seq_classif_dropout": "classifier_dropout",
}
# Keys that change the arithmetic: any other value than these means a model we do not implement.
REQUIRED_VALUES: Final[dict[str, tuple[object, ...]]] = {
    "position_embedding_type": (None, "absolute"),
    "is_decoder": (None, False),
    "add_cross_attention": (None, False),
    "relative_attention_num_buckets": (None, 32),
}


@dataclasses.dataclass(frozen=True)
class BertConfig:
    """Hold the sizes and settings of a model; the defaults are BERT-base, uncased.

    Attributes:
        vocab_size: V, rows of the token embedding.
        hidden_size: E, width of every token vector.
        num_hidden_layers: L, encoder layers.
        num_attention_heads: H; the size of one head is D = E / H.
        intermediate_size: I, width inside the feed-forward block.
        hidden_act: Between the two layers of the feed-forward block, one of `ACTIVATIONS`.
        hidden_dropout_prob: Dropout after each dense layer, while training.
        attention_probs_dropout_prob: Dropout on the attention weights, while training.
        max_position_embeddings: Rows of the position table; `longest_text` is what a text may have.
        type_vocab_size: Token types (segments); 0 for a model without them (DistilBERT).
        initializer_range: Standard deviation of fresh weights.
        layer_norm_eps: Added to the variance in every LayerNorm.
        pad_token_id: Id whose embedding gets no gradient.
        classifier_dropout: Dropout before a classifier; None means hidden_dropout_prob.
        embedding_size: Width of the embeddings when it differs from hidden_size (ELECTRA), or None.
        tie_word_embeddings: Whether the MLM decoder is the token embedding itself.
        num_labels: Outputs of a classification head.
        id2label: A name for each label, or None.
        problem_type: Loss of sequence classification, one of PROBLEM_TYPES; None lets the
            labels decide (one label: regression; integers: single label; else multi-label).
        model_type: One of `FAMILIES`: names of the weights on disk, positions, heads.
        modern: What ModernBERT has besides; None for others.

    Raises:
        ValueError: A value no model can have, or one this package does not implement.

    Example:
        >>> tiny = BertConfig(hidden_size=128, num_hidden_layers=2, num_attention_heads=2,
        ...                   intermediate_size=512)
        >>> tiny.intermediate_size, tiny.has_pooler
        (512, True)
    """

    vocab_size: int = 30522
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    hidden_act: str = "gelu"
    hidden_dropout_prob: float = 0.1
    attention_probs_dropout_prob: float = 0.1
    max_position_embeddings: int = 512
    type_vocab_size: int = 2
    initializer_range: float = 0.02
    layer_norm_eps: float = 1e-12
    pad_token_id: int = 0
    classifier_dropout: float | None = None
    embedding_size: int | None = None
    tie_word_embeddings: bool = True
    num_labels: int = 2
    id2label: dict[int, str] | None = None
    problem_type: str | None = None
    model_type: str = "bert"
    modern: ModernConfig | None = None

    def __post_init__(self) -> None:
        for name in (
            "vocab_size",
            "hidden_size",
            "num_hidden_layers",
            "num_attention_heads",
            "intermediate_size",
            "max_position_embeddings",
            "num_labels",
        ):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}")
        if self.hidden_size % self.num_attention_heads:
            raise ValueError(
                f"hidden_size must be a multiple of num_attention_heads, got {self.hidden_size} "
                f"and {self.num_attention_heads}"
            )
        if self.hidden_act not in ACTIVATIONS:
            raise ValueError(
                f"hidden_act must be one of {', '.join(ACTIVATIONS)}, got {self.hidden_act!r}: "
                "other activations are not implemented"
            )
        for name in ("hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout"):
            p = getattr(self, name)
            if p is not None and not 0 <= p < 1:
                raise ValueError(f"{name} must be at least 0 and below 1, got {p!r}")
        if self.type_vocab_size < 0:
            raise ValueError(f"type_vocab_size must not be negative, got {self.type_vocab_size}")
        if not self.layer_norm_eps > 0:
            raise ValueError(f"layer_norm_eps must be positive, got {self.layer_norm_eps!r}")
        if self.pad_token_id not in range(self.vocab_size):
            raise ValueError(
                f"pad_token_id must be in [0, vocab_size = {self.vocab_size}), "
                f"got {self.pad_token_id!r}"
            )
        if self.problem_type is not None and self.problem_type not in PROBLEM_TYPES:
            raise ValueError(
                f"problem_type must be one of {PROBLEM_TYPES}, got {self.problem_type!r}"
            )
        if self.id2label is not None and set(self.id2label) != set(range(self.num_labels)):
            raise ValueError(
                f"id2label must name the labels 0 to {self.num_labels - 1}, "
                f"got the ids {sorted(self.id2label)}"
            )
        if self.model_type not in FAMILIES:
            raise ValueError(
                f"model_type must be one of {', '.join(FAMILIES)}, got {self.model_type!r}: "
                "other architectures are not implemented"
            )
        if self.family.is_modern is (self.modern is None):
            raise ValueError(f"modern must be given for modernbert alone, got {self.modern!r}")

    @property
    def family(self) -> Family:
        """What the architecture has of its own."""
        return FAMILIES[self.model_type]

    @property
    def has_pooler(self) -> bool:
        """Whether checkpoints of this model type carry a pooler."""
        return self.family.has_pooler

    @property
    def first_position(self) -> int:
        """Row of the position table that a text's first token takes."""
        return self.pad_token_id + 1 if self.family.positions_after_padding else 0

    @property
    def longest_text(self) -> int:
        """Most tokens of a text."""
        return self.max_position_embeddings - self.first_position

    @property
    def length_rule(self) -> str:
        """How `longest_text` comes about, for messages."""
        less = " - pad_token_id - 1" if self.first_position else ""
        return f"max_position_embeddings{less} = {self.longest_text}"

    def fit_length(self, max_length: int) -> int:
        """Lower a number of tokens to the positions of the model, with a warning if it is higher.

        Args:
            max_length: Most tokens of a text, as asked for.

        Returns:
            The number, or `longest_text` if that is smaller.
        """
        limit = self.longest_text
        if max_length > limit:
            warnings.warn(
                f"max_length {max_length} is lowered to the {limit} positions of the model "
                "(max_position_embeddings)",
                stacklevel=3,
            )
        return min(max_length, limit)

    def replace(self, **changes: Any) -> BertConfig:
        """Return a copy with some fields changed; naming labels also sets their number."""
        labels = changes.get("id2label")
        if labels is not None:
            changes.setdefault("num_labels", len(labels))
        elif "num_labels" in changes and changes["num_labels"] != self.num_labels:
            changes.setdefault("id2label", None)  # the old names no longer fit
        return dataclasses.replace(self, **changes)

    @classmethod
    def from_dict(cls, values: dict[str, Any], source: str = "config") -> BertConfig:
        """Build a configuration from the content of a `config.json`.

        Args:
            values: Parsed JSON; keys that do not touch the arithmetic are ignored.
            source: Where it came from, for error messages.

        Returns:
            The configuration.

        Raises:
            ValueError: The file describes a model this package does not implement; the message
                names the key, its value and the source.
        """
        values = dict(values)
        model_type = values.setdefault("model_type", "bert")  # Google's own files have no such key
        if model_type == "distilbert":
            values = {DISTILBERT_NAMES.get(key, key): value for key, value in values.items()}
            values.setdefault("classifier_dropout", 0.2)  # of its configuration, not of BERT's
        elif model_type == "modernbert":
            try:
                values = read_modern(values, source)
            except TypeError as error:  # of another type than it compares with
                raise ValueError(f"{source}: {error}") from None
        for key, allowed in REQUIRED_VALUES.items():
            if values.get(key) not in allowed:
                raise ValueError(
                    f"{source}: {key} = {values[key]!r} is not implemented, only {allowed[-1]!r}"
                )
        if values.get("embedding_size") == values.get("hidden_size"):
            values["embedding_size"] = None
        if values.get("id2label"):
            values["id2label"] = _label_names(values["id2label"], source)
            values["num_labels"] = len(values["id2label"])
        else:
            values["id2label"] = None
        family = FAMILIES.get(model_type)
        if family is not None and values.get("pad_token_id") is None:
            values["pad_token_id"] = family.pad_token_id
        if family is not None and not family.has_token_types:
            values["type_vocab_size"] = 0
        known = {field.name for field in dataclasses.fields(cls)}
        try:
            return cls(**{key: value for key, value in values.items() if key in known})
        except (TypeError, ValueError) as error:  # of another type than it compares with
            raise ValueError(f"{source}: {error}") from None

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> BertConfig:
        """Read `config.json` of a model folder, or of a name of the Hub.

        Raises:
            OSError: There is no such file.
            ValueError: It is not JSON, or describes a model this package does not implement.
        """
        path = find_folder(folder) / "config.json"
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise OSError(f"{path}: a model folder must hold a config.json") from None
        except ValueError as error:
            raise ValueError(f"{path}: not valid JSON: {error}") from None
        if not isinstance(values, dict):
            raise ValueError(f"{path}: expected a JSON object, got {type(values).__name__}")
        return cls.from_dict(values, str(path))

    def to_dict(self) -> dict[str, Any]:
        """Return the content of a `config.json` that this package and transformers read."""
        values: dict[str, Any] = {k: v for k, v in vars(self).items() if v is not None}
        if self.id2label is not None:
            values["id2label"] = {str(key): name for key, name in self.id2label.items()}
            values["label2id"] = {name: key for key, name in self.id2label.items()}
        del values["num_labels"]  # transformers derives it from id2label
        if self.id2label is None:
            values["id2label"] = {str(i): f"LABEL_{i}" for i in range(self.num_labels)}
            values["label2id"] = {f"LABEL_{i}": i for i in range(self.num_labels)}
        if self.model_type == "electra":
            values["embedding_size"] = self.embedding_size or self.hidden_size
        if not self.family.has_token_types:
            del values["type_vocab_size"]
        if self.model_type == "distilbert":
            theirs = {ours: name for name, ours in DISTILBERT_NAMES.items()}
            values = {theirs.get(key, key): value for key, value in values.items()}
        return values if self.modern is None else write_modern(values, self.modern)

    def save_pretrained(self, folder: str | Path, architecture: str | None = None) -> None:
        """Write `config.json` into a folder, which is made if it is not there.

        Args:
            folder: Where to write.
            architecture: Class of the model in that folder, such as "BertForMaskedLM"; noted under
                "architectures", in the words of transformers.
        """
        values = self.to_dict()
        if architecture is not None:
            values["architectures"] = [self.family.stem + architecture.removeprefix("Bert")]
        Path(folder).mkdir(parents=True, exist_ok=True)
        text = json.dumps(values, indent=2, ensure_ascii=False, sort_keys=True)
        write_text(Path(folder) / "config.json", text + "\n")


def _label_names(given: Any, source: str) -> dict[int, str]:
    """Number the labels of a file: a list, or an object whose gaps get the names of transformers.

    Raises:
        ValueError: It is neither, or an id is not a whole number.
    """
    try:
        pairs = enumerate(given) if isinstance(given, list) else given.items()
        names = {int(index): str(name) for index, name in pairs}
    except (AttributeError, TypeError, ValueError):
        names = {-1: ""}
    if min(names) < 0:
        raise ValueError(f"{source}: id2label must name labels by their numbers, got {given!r}")
    return {index: names.get(index, f"LABEL_{index}") for index in range(max(names) + 1)}
