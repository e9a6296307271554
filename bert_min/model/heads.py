"""The heads a BERT is fine-tuned with, each with its loss; the others are in pretraining_heads.py.

Every head has the two entries of `bert.py`: call it with a padded (B, S) batch, or use
`forward_packed` with (T,) ids and lengths. Given labels, the output has a `loss`. In labels of
tokens, IGNORE (-100) marks tokens without one; padding never has one.

Source: Devlin et al. 2019, sections 3.1 (next sentence) and 4 (the others).
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bert_min.model.bert import BertModel
from bert_min.model.config import BertConfig
from bert_min.model.linear import Linear
from bert_min.model.modern import ModernHead
from bert_min.model.packed_head import IGNORE, HeadOutput, Lengths, PackedHead
from bert_min.model.packing import PackedLayout, PaddedBatch


@dataclass
class QuestionAnsweringOutput:
    """Scores of a span's two ends.

    Attributes:
        loss: Mean of the cross entropies of start and end, or None.
        start_logits: (T,) packed or (B, S) padded; on padding the lowest number there is.
        end_logits: The same for the last token of the span.
    """

    loss: Tensor | None
    start_logits: Tensor
    end_logits: Tensor


class _TextHead(PackedHead[HeadOutput]):
    """A head with one row of logits a text: `forward_packed`, given `_score` and `_loss`."""

    label_packing: ClassVar = {"labels": PaddedBatch.pack_texts}

    @abstractmethod
    def _score(self, summary: Tensor) -> Tensor:
        """Map (B, E) to (B, num_labels): the pooler's output, or [CLS] where there is no pooler."""

    @abstractmethod
    def _loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Return the mean loss of logits (B, num_labels)."""

    def forward_packed(
        self,
        input_ids: Tensor,
        lengths: Lengths,
        token_type_ids: Tensor | None = None,
        labels: Tensor | None = None,
        positions: Tensor | None = None,
    ) -> HeadOutput:
        """Score packed texts.

        Args:
            input_ids: (T,) ids.
            lengths: B token counts.
            token_type_ids: (T,) token types, or None.
            labels: One row a text, or None.
            positions: (T,) position of each token in its text; None counts from 0.

        Returns:
            logits (B, num_labels), and the loss if there were labels.
        """
        layout = PackedLayout.of(lengths, input_ids.device)
        out = self.bert.forward_packed(input_ids, layout, token_type_ids, positions=positions)
        summary = out.pooler_output
        modern = self.config.modern
        if modern is not None and modern.classifier_pooling == "mean":
            sizes = layout.cu_seqlens.diff()
            x = out.last_hidden_state
            summary = torch.segment_reduce(x, "mean", lengths=sizes.long(), unsafe=True)
        elif summary is None:
            summary = out.last_hidden_state[layout.cu_seqlens[:-1].long()]
        logits = self._score(summary)  # (B, num_labels)
        return HeadOutput(None if labels is None else self._loss(logits, labels), logits)

    def unpack_output(self, batch: PaddedBatch, out: HeadOutput) -> HeadOutput:
        """Put the texts back into their order: logits (B, num_labels)."""
        return HeadOutput(out.loss, batch.unpack_texts(out.logits))


class BertForNextSentencePrediction(_TextHead):
    """Does sentence B follow A? logits (B, 2): 0 it does, 1 it is random; labels (B,)."""

    def __init__(self, config: BertConfig) -> None:
        """Make the encoder with pooler, and the head."""
        super().__init__(config)
        if not config.family.has_next_sentence:
            raise ValueError(
                f"next sentence prediction is BERT's, {config.model_type!r} models do not have it"
            )
        self.bert = BertModel(config)
        self.seq_relationship = Linear(config.hidden_size, 2)
        self.init_weights()

    def _score(self, summary: Tensor) -> Tensor:
        scores: Tensor = self.seq_relationship(summary)
        return scores

    def _loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        return F.cross_entropy(logits, labels)


class BertForSequenceClassification(_TextHead):
    """Label or score whole texts: logits (B, num_labels).

    Labels by `config.problem_type`: (B,) integers for "single_label_classification",
    (B, num_labels) of 0.0 and 1.0 for "multi_label_classification", (B,) or (B, num_labels)
    numbers for "regression". Without a problem_type one label means regression, integer labels a
    single label, and anything else several labels.

    Some families score the pooler's output, others the vector of the first token through a dense
    layer of the classifier's own; see `Family.classifier`.
    """

    def __init__(self, config: BertConfig) -> None:
        """Make the encoder, with its pooler if that is scored, and a classifier."""
        super().__init__(config)
        self.bert = BertModel(config, add_pooling_layer=config.family.classifier == "pooled")
        self.dropout = _classifier_dropout(config)
        width, labels = config.hidden_size, config.num_labels
        kind = config.family.classifier
        self.pre_classifier = Linear(width, width, "relu") if kind == "relu" else None
        self.head = ModernHead(config) if kind == "modern" else None
        self.classifier = (
            DenseClassifier(config, kind) if kind in ("gelu", "tanh") else Linear(width, labels)
        )
        self.init_weights()

    def _score(self, summary: Tensor) -> Tensor:
        if self.pre_classifier is not None:
            summary = self.pre_classifier(summary)
        if self.head is not None:
            summary = self.head(summary)
        scores: Tensor = self.classifier(self.dropout(summary))
        return scores

    def _loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        problem = self.config.problem_type
        if problem == "regression" or (problem is None and self.config.num_labels == 1):
            return F.mse_loss(logits, labels.to(logits.dtype).view_as(logits))
        if problem == "multi_label_classification" or (
            problem is None and labels.is_floating_point()
        ):
            return F.binary_cross_entropy_with_logits(logits, labels.to(logits.dtype))
        return F.cross_entropy(logits, labels)


class DenseClassifier(nn.Module):
    """The classifier of ELECTRA and RoBERTa: dense, activation, dropout, dense."""

    def __init__(self, config: BertConfig, activation: str) -> None:
        """Make both layers."""
        super().__init__()
        self.dense = Linear(config.hidden_size, config.hidden_size, activation)
        self.dropout = _classifier_dropout(config)
        self.out_proj = Linear(config.hidden_size, config.num_labels)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, E) to (B, num_labels)."""
        scores: Tensor = self.out_proj(self.dropout(self.dense(x)))
        return scores


class BertForTokenClassification(PackedHead[HeadOutput]):
    """Label every token: packed logits (T, num_labels), padded (B, S, num_labels).

    Labels (T,) or (B, S), IGNORE for a token without one.
    """

    label_packing: ClassVar = {"labels": PaddedBatch.pack}

    def __init__(self, config: BertConfig) -> None:
        """Make the encoder without pooler, and a classifier."""
        super().__init__(config)
        self.bert = BertModel(config, add_pooling_layer=False)
        self.dropout = (
            nn.Dropout(config.hidden_dropout_prob)
            if config.family.text_dropout_alone
            else _classifier_dropout(config)
        )
        self.head = ModernHead(config) if config.family.is_modern else nn.Identity()
        self.classifier = Linear(config.hidden_size, config.num_labels)
        self.init_weights()

    def forward_packed(
        self,
        input_ids: Tensor,
        lengths: Lengths,
        token_type_ids: Tensor | None = None,
        labels: Tensor | None = None,
        positions: Tensor | None = None,
    ) -> HeadOutput:
        """Score the tokens of packed texts; labels (T,), IGNORE for a token without one."""
        out = self.bert.forward_packed(input_ids, lengths, token_type_ids, positions=positions)
        logits = self.classifier(self.dropout(self.head(out.last_hidden_state)))  # (T, num_labels)
        return HeadOutput(None if labels is None else F.cross_entropy(logits, labels), logits)

    def unpack_output(self, batch: PaddedBatch, out: HeadOutput) -> HeadOutput:
        """Put the tokens back: logits (B, S, num_labels)."""
        return HeadOutput(out.loss, batch.unpack(out.logits))


class BertForQuestionAnswering(PackedHead[QuestionAnsweringOutput]):
    """Find the answer's span: token i starts it with score S . h_i and ends it with E . h_i.

    In a padded call `start_positions` and `end_positions` (B,) count columns of the batch.
    """

    label_packing: ClassVar = {
        "start_positions": PaddedBatch.pack_columns,
        "end_positions": PaddedBatch.pack_columns,
    }

    def __init__(self, config: BertConfig) -> None:
        """Make the encoder without pooler, and the two vectors S and E."""
        super().__init__(config)
        self.bert = BertModel(config, add_pooling_layer=False)
        # DistilBERT alone drops out before these two vectors
        self.dropout = nn.Dropout(0.1) if config.family.text_dropout_alone else nn.Identity()
        self.head: nn.Module = nn.Identity()
        if config.family.is_modern:
            self.dropout, self.head = _classifier_dropout(config), ModernHead(config)
        self.qa_outputs = Linear(config.hidden_size, 2)
        self.init_weights()

    def forward_packed(
        self,
        input_ids: Tensor,
        lengths: Lengths,
        token_type_ids: Tensor | None = None,
        start_positions: Tensor | None = None,
        end_positions: Tensor | None = None,
        positions: Tensor | None = None,
    ) -> QuestionAnsweringOutput:
        """Score both ends in packed texts.

        Args:
            input_ids: (T,) ids.
            lengths: B token counts.
            token_type_ids: (T,) token types, or None.
            start_positions: (B,) first token of the answer, counted from its text's first token;
                a position outside the text means no answer there, and adds no loss.
            end_positions: (B,) last token of the answer, counted in the same way.
            positions: (T,) position of each token in its text; None counts from 0.

        Returns:
            start_logits and end_logits (T,) each; with both positions also the loss.
        """
        out = self.bert.forward_packed(input_ids, lengths, token_type_ids, positions=positions)
        start, end = self.qa_outputs(self.dropout(self.head(out.last_hidden_state))).unbind(
            1
        )  # (T,) each
        loss = None
        if start_positions is not None and end_positions is not None:
            layout = PackedLayout.of(lengths, start.device)
            sizes = layout.cu_seqlens.diff()  # (B,)
            losses = [
                F.cross_entropy(
                    layout.to_padded(logits, fill=-torch.inf),  # (B, S)
                    gold.where((gold >= 0) & (gold < sizes), IGNORE),
                    ignore_index=IGNORE,
                )
                for logits, gold in ((start, start_positions), (end, end_positions))
            ]
            loss = (losses[0] + losses[1]) / 2
        return QuestionAnsweringOutput(loss, start, end)

    def unpack_output(
        self, batch: PaddedBatch, out: QuestionAnsweringOutput
    ) -> QuestionAnsweringOutput:
        """Put the tokens back: both logits (B, S), the lowest number there is on padding."""
        low = torch.finfo(out.start_logits.dtype).min
        return QuestionAnsweringOutput(
            out.loss, batch.unpack(out.start_logits, low), batch.unpack(out.end_logits, low)
        )


def _classifier_dropout(config: BertConfig) -> nn.Dropout:
    p = config.classifier_dropout
    return nn.Dropout(config.hidden_dropout_prob if p is None else p)
