"""What a ModernBERT says of itself besides what every BERT says."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Final, Literal

from bert_min.model.activations import ACTIVATIONS

GLOBAL, LOCAL = "full_attention", "sliding_attention"
# Names in config.json of what other families call otherwise.
NAMES: Final = {"hidden_activation": "hidden_act", "norm_eps": "layer_norm_eps"}
# What a file without the key means; what BertConfig leaves out means something else.
DEFAULTS: Final[dict[str, Any]] = {
    "vocab_size": 50_368,
    "hidden_size": 768,
    "intermediate_size": 1_152,
    "num_hidden_layers": 22,
    "num_attention_heads": 12,
    "max_position_embeddings": 8_192,
    "hidden_act": "gelu",
    "layer_norm_eps": 1e-5,
    "classifier_dropout": 0.0,
    "type_vocab_size": 0,
}
THETAS: Final = {GLOBAL: 160_000.0, LOCAL: 10_000.0}


@dataclass(frozen=True)
class ModernConfig:
    """The settings of ModernBERT alone; every field has the name it has in `config.json`.

    Attributes:
        layer_types: For each layer "full_attention", to all tokens of a text, or
            "sliding_attention", to those near by.
        local_attention: How many tokens near by: half of them on either side.
        global_rope_theta: The base of rotary positions where attention is to all tokens.
        local_rope_theta: The base where it is to those near by.
        norm_bias: Whether LayerNorms have a bias.
        attention_bias: Whether the dense layers of attention have a bias.
        mlp_bias: Whether those of the feed-forward block have one.
        decoder_bias: Whether scores of words have one.
        classifier_bias: Whether the dense layer before a head has one.
        classifier_activation: Its activation.
        classifier_pooling: Which vector of a text is classified, "cls" or "mean".
        embedding_dropout: Dropout after the embeddings, while training.
        mlp_dropout: Dropout inside the feed-forward block, while training.
    """

    layer_types: tuple[str, ...]
    local_attention: int = 128
    global_rope_theta: float = THETAS[GLOBAL]
    local_rope_theta: float = THETAS[LOCAL]
    norm_bias: bool = False
    attention_bias: bool = False
    mlp_bias: bool = False
    decoder_bias: bool = True
    classifier_bias: bool = False
    classifier_activation: str = "gelu"
    classifier_pooling: Literal["cls", "mean"] = "cls"
    embedding_dropout: float = 0.0
    mlp_dropout: float = 0.0

    def __post_init__(self) -> None:
        if not self.layer_types or set(self.layer_types) - {GLOBAL, LOCAL}:
            raise ValueError(
                f"layer_types must be {GLOBAL} or {LOCAL} for each layer, got {self.layer_types}"
            )
        if self.local_attention < 2:
            raise ValueError(f"local_attention must be at least 2, got {self.local_attention}")
        if self.classifier_pooling not in ("cls", "mean"):
            raise ValueError(
                f"classifier_pooling must be 'cls' or 'mean', got {self.classifier_pooling!r}"
            )
        if self.classifier_activation not in ACTIVATIONS:
            raise ValueError(
                f"classifier_activation must be one of {', '.join(ACTIVATIONS)}, got "
                f"{self.classifier_activation!r}"
            )


def read_modern(values: dict[str, Any], source: str) -> dict[str, Any]:
    """Translate a config.json of ModernBERT into the fields of BertConfig.

    Args:
        values: Of the file.
        source: Where they come from, for errors.

    Returns:
        The fields, `modern` among them.

    Raises:
        ValueError: Rotary positions of another kind than the usual one.
    """
    found = {NAMES.get(key, key): value for key, value in values.items()}
    found = {**DEFAULTS, **{key: value for key, value in found.items() if value is not None}}
    found["hidden_dropout_prob"] = found["attention_probs_dropout_prob"] = values.get(
        "attention_dropout", 0.0
    )
    layers, every = found["num_hidden_layers"], values.get("global_attn_every_n_layers") or 3
    kinds = values.get("layer_types") or [LOCAL if n % every else GLOBAL for n in range(layers)]
    if len(kinds) != layers:
        raise ValueError(f"{source}: layer_types must name {layers} layers, got {len(kinds)}")
    ropes = values.get("rope_parameters") or {}
    thetas = {}
    for kind, name in ((GLOBAL, "global_rope_theta"), (LOCAL, "local_rope_theta")):
        rope = ropes.get(kind) or {}
        if rope.get("rope_type", "default") != "default":
            raise ValueError(
                f"{source}: rope_parameters = {ropes!r} is not implemented, only the default type"
            )
        thetas[name] = float(rope.get("rope_theta") or values.get(name) or THETAS[kind])
    if values.get("rope_scaling"):
        raise ValueError(f"{source}: rope_scaling = {values['rope_scaling']!r} is not implemented")
    known = {field.name for field in dataclasses.fields(ModernConfig)}
    own = {key: found[key] for key in known & found.keys()}
    found["modern"] = ModernConfig(**{**own, **thetas, "layer_types": tuple(kinds)})
    return found


def write_modern(values: dict[str, Any], modern: ModernConfig) -> dict[str, Any]:
    """Undo `read_modern`, for config.json."""
    theirs = {ours: name for name, ours in NAMES.items()}
    found = {theirs.get(key, key): value for key, value in values.items() if key != "modern"}
    found["attention_dropout"] = found.pop("attention_probs_dropout_prob")
    found.pop("hidden_dropout_prob")
    own = dataclasses.asdict(modern)
    ropes = {GLOBAL: own.pop("global_rope_theta"), LOCAL: own.pop("local_rope_theta")}
    return {
        **found,
        **own,
        "layer_types": list(modern.layer_types),
        "rope_parameters": {
            kind: {"rope_type": "default", "rope_theta": theta} for kind, theta in ropes.items()
        },
    }
