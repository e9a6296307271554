"""What differs between the architectures that one encoder serves.

BERT, its two relatives and RoBERTa's kin compute the same thing. A `Family` says how their weights
are named on disk, where positions begin, and which heads they have. XLM-R, CamemBERT and KLUE's
models are RoBERTa under other names; MPNet is one whose attention also knows how far apart tokens
are. ModernBERT computes otherwise: its parts are those of modern.py.

Sources: Devlin et al. 2019 (BERT); Liu et al. 2019, "RoBERTa"; Conneau et al. 2020 (XLM-R); Sanh et
al. 2019 (DistilBERT); Clark et al. 2020 (ELECTRA); Song et al. 2020 (MPNet); Warner et al. 2024
(ModernBERT); the names and heads are those of `transformers`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

# Ours -> theirs. A name is translated by the first pattern that matches all of it.
Renames = list[tuple[str, str]]
LAYER: Final = r"layers\.(\d+)\."
BERT_NAMES: Final[Renames] = [
    (r"embeddings\.word\.(\w+)", r"embeddings.word_embeddings.\1"),
    (r"embeddings\.position\.(\w+)", r"embeddings.position_embeddings.\1"),
    (r"embeddings\.token_type\.(\w+)", r"embeddings.token_type_embeddings.\1"),
    (r"embeddings\.norm\.(\w+)", r"embeddings.LayerNorm.\1"),
    (LAYER + r"(query|key|value)\.(\w+)", r"encoder.layer.\1.attention.self.\2.\3"),
    (LAYER + r"attention_output\.(\w+)", r"encoder.layer.\1.attention.output.dense.\2"),
    (LAYER + r"attention_norm\.(\w+)", r"encoder.layer.\1.attention.output.LayerNorm.\2"),
    (LAYER + r"intermediate\.(\w+)", r"encoder.layer.\1.intermediate.dense.\2"),
    (LAYER + r"output\.(\w+)", r"encoder.layer.\1.output.dense.\2"),
    (LAYER + r"output_norm\.(\w+)", r"encoder.layer.\1.output.LayerNorm.\2"),
    (r"pooler\.(\w+)", r"pooler.dense.\1"),
]
BERT_HEAD_NAMES: Final[Renames] = [
    (r"predictions\.transform\.(\w+)", r"cls.predictions.transform.dense.\1"),
    (r"predictions\.norm\.(\w+)", r"cls.predictions.transform.LayerNorm.\1"),
    (r"predictions\.decoder\.weight", r"cls.predictions.decoder.weight"),
    (r"predictions\.decoder\.bias", r"cls.predictions.bias"),
    (r"seq_relationship\.(\w+)", r"cls.seq_relationship.\1"),
]
ELECTRA_NAMES: Final[Renames] = [
    (r"embeddings\.project\.(\w+)", r"embeddings_project.\1"),
    *BERT_NAMES,
]
DISTILBERT_NAMES: Final[Renames] = [
    (r"embeddings\.word\.(\w+)", r"embeddings.word_embeddings.\1"),
    (r"embeddings\.position\.(\w+)", r"embeddings.position_embeddings.\1"),
    (r"embeddings\.norm\.(\w+)", r"embeddings.LayerNorm.\1"),
    (LAYER + r"query\.(\w+)", r"transformer.layer.\1.attention.q_lin.\2"),
    (LAYER + r"key\.(\w+)", r"transformer.layer.\1.attention.k_lin.\2"),
    (LAYER + r"value\.(\w+)", r"transformer.layer.\1.attention.v_lin.\2"),
    (LAYER + r"attention_output\.(\w+)", r"transformer.layer.\1.attention.out_lin.\2"),
    (LAYER + r"attention_norm\.(\w+)", r"transformer.layer.\1.sa_layer_norm.\2"),
    (LAYER + r"intermediate\.(\w+)", r"transformer.layer.\1.ffn.lin1.\2"),
    (LAYER + r"output\.(\w+)", r"transformer.layer.\1.ffn.lin2.\2"),
    (LAYER + r"output_norm\.(\w+)", r"transformer.layer.\1.output_layer_norm.\2"),
]
MPNET_NAMES: Final[Renames] = [
    (LAYER + r"query\.(\w+)", r"encoder.layer.\1.attention.attn.q.\2"),
    (LAYER + r"key\.(\w+)", r"encoder.layer.\1.attention.attn.k.\2"),
    (LAYER + r"value\.(\w+)", r"encoder.layer.\1.attention.attn.v.\2"),
    (LAYER + r"attention_output\.(\w+)", r"encoder.layer.\1.attention.attn.o.\2"),
    (LAYER + r"attention_norm\.(\w+)", r"encoder.layer.\1.attention.LayerNorm.\2"),
    (r"distance_bias\.table\.(\w+)", r"encoder.relative_attention_bias.\1"),
    *BERT_NAMES,
]
ROBERTA_HEAD_NAMES: Final[Renames] = [
    (r"predictions\.transform\.(\w+)", r"lm_head.dense.\1"),
    (r"predictions\.norm\.(\w+)", r"lm_head.layer_norm.\1"),
    (r"predictions\.decoder\.weight", r"lm_head.decoder.weight"),
    (r"predictions\.decoder\.bias", r"lm_head.bias"),
]
MODERN_NAMES: Final[Renames] = [
    (r"embeddings\.word\.(\w+)", r"embeddings.tok_embeddings.\1"),
    (LAYER + r"wqkv\.(\w+)", r"layers.\1.attn.Wqkv.\2"),
    (LAYER + r"attention_output\.(\w+)", r"layers.\1.attn.Wo.\2"),
    (LAYER + r"attention_norm\.(\w+)", r"layers.\1.attn_norm.\2"),
    (LAYER + r"intermediate\.(\w+)", r"layers.\1.mlp.Wi.\2"),
    (LAYER + r"output\.(\w+)", r"layers.\1.mlp.Wo.\2"),
]
MODERN_HEAD_NAMES: Final[Renames] = [
    (r"predictions\.transform\.(\w+)", r"head.dense.\1"),
    (r"predictions\.norm\.(\w+)", r"head.norm.\1"),
    (r"predictions\.decoder\.(\w+)", r"decoder.\1"),
    (r"qa_outputs\.(\w+)", r"classifier.\1"),
]


@dataclass(frozen=True)
class Family:
    """An architecture.

    Attributes:
        stem: What the names of its classes in transformers begin with.
        prefix: What stands before the encoder's weights on disk in a model with a head, such as
            "bert".
        encoder_names: Our names of the encoder's weights, and those on disk.
        head_names: The same of the pretraining heads; empty if that of masked words is another.
        has_pooler: Whether checkpoints carry a pooler.
        positions_after_padding: Whether the first token has the position pad_token_id + 1, and an
            id that is pad_token_id is not counted. BERT counts all, from 0.
        pad_token_id: Where config.json does not say.
        has_token_types: Whether there is a table of token types.
        has_distance_bias: Whether attention adds a number for each distance between two tokens.
        is_modern: Whether it is built of the parts of modern.py.
        classifier: Of whole texts: "pooled", a matrix on the pooler's output; or on the vector of
            the first token "relu" (dense, ReLU), "gelu" or "tanh" (dense and activation between two
            dropouts), "modern" (`ModernHead`), then a matrix.
        text_dropout_alone: Whether classifier_dropout is that of whole texts alone, and question
            answering has one of its own (DistilBERT).
    """

    stem: str
    prefix: str
    encoder_names: Renames
    head_names: Renames
    has_pooler: bool = False
    positions_after_padding: bool = False
    pad_token_id: int = 0
    has_token_types: bool = True
    has_distance_bias: bool = False
    is_modern: bool = False
    classifier: Literal["pooled", "relu", "gelu", "tanh", "modern"] = "pooled"
    text_dropout_alone: bool = False

    @property
    def has_next_sentence(self) -> bool:
        """Whether it was pretrained on pairs of sentences too, as BERT was."""
        return self.head_names is BERT_HEAD_NAMES


ROBERTA: Final = Family(
    "Roberta",
    "roberta",
    BERT_NAMES,
    ROBERTA_HEAD_NAMES,
    has_pooler=True,
    positions_after_padding=True,
    pad_token_id=1,
    classifier="tanh",
)


# By model_type of config.json.
FAMILIES: Final = {
    "bert": Family("Bert", "bert", BERT_NAMES, BERT_HEAD_NAMES, has_pooler=True),
    "distilbert": Family(
        "DistilBert",
        "distilbert",
        DISTILBERT_NAMES,
        [],
        has_token_types=False,
        classifier="relu",
        text_dropout_alone=True,
    ),
    "electra": Family("Electra", "electra", ELECTRA_NAMES, [], classifier="gelu"),
    "roberta": ROBERTA,
    "xlm-roberta": replace(ROBERTA, stem="XLMRoberta"),
    "camembert": replace(ROBERTA, stem="Camembert"),
    "mpnet": replace(
        ROBERTA,
        stem="MPNet",
        prefix="mpnet",
        encoder_names=MPNET_NAMES,
        has_token_types=False,
        has_distance_bias=True,
    ),
    "modernbert": Family(
        "ModernBert",
        "model",
        MODERN_NAMES,
        MODERN_HEAD_NAMES,
        has_token_types=False,
        pad_token_id=50_283,
        is_modern=True,
        classifier="modern",
    ),
}
