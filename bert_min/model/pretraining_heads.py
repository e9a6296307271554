"""The heads BERT is pretrained with: masked words, and masked words with the next sentence.

Both have the two entries of `bert.py`: call them with a padded (B, S) batch, or use
`forward_packed` with (T,) ids and lengths. Given labels, the output has a `loss`. Scores over the
vocabulary are the most expensive part of a small BERT, so a packed batch with labels scores only
the M tokens that have one.

Source: Devlin et al. 2019, section 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bert_min.model.bert import BertModel
from bert_min.model.config import BertConfig
from bert_min.model.linear import Linear
from bert_min.model.packed_head import IGNORE, HeadOutput, Lengths, Output, PackedHead
from bert_min.model.packing import PaddedBatch


@dataclass
class PreTrainingOutput:
    """Scores of both pretraining tasks.

    Attributes:
        loss: Sum of the losses whose labels were given, or None.
        prediction_logits: (T, V) or (M, V) packed, (B, S, V) padded.
        seq_relationship_logits: (B, 2); column 0 is "B follows A", column 1 "B is random".
        rows: As in HeadOutput.
    """

    loss: Tensor | None
    prediction_logits: Tensor
    seq_relationship_logits: Tensor
    rows: Tensor | None = None


class MaskedLanguageHead(nn.Module):
    """Dense, activation, LayerNorm, then one score for each word: h . embedding + bias."""

    def __init__(self, config: BertConfig, embedding: nn.Embedding) -> None:
        """Share the token embedding as the last matrix, unless the configuration unties them."""
        super().__init__()
        if not config.family.head_names:
            raise ValueError(f"the masked-word head of {config.model_type!r} is not implemented")
        width, modern = config.hidden_size, config.modern
        # RoBERTa's is the exact GELU, whatever the encoder's
        activation = config.hidden_act if config.family.has_next_sentence else "gelu"
        if modern is not None:
            activation = modern.classifier_activation
        self.transform = Linear(width, width, activation, modern is None or modern.classifier_bias)
        self.norm = nn.LayerNorm(
            width, eps=config.layer_norm_eps, bias=modern is None or modern.norm_bias
        )
        words_bias = modern is None or modern.decoder_bias
        self.decoder = Linear(width, config.vocab_size, bias=words_bias)
        if config.tie_word_embeddings:
            self.decoder.weight = embedding.weight

    def forward(self, x: Tensor) -> Tensor:
        """Map (M, E) to (M, V)."""
        scores: Tensor = self.decoder(self.norm(self.transform(x)))
        return scores

    def choose(
        self, x: Tensor, labels: Tensor | None, rows: Tensor | None
    ) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """Score only the tokens that matter: `rows`, else those with a label, else all.

        Args:
            x: (T, E).
            labels: (T,) with IGNORE where there is none, or None.
            rows: (M,) tokens to score, or None.

        Returns:
            Logits (M, V), loss or None, and the rows (M,) or None if they are all T.
        """
        if rows is None and labels is not None:
            rows = (labels != IGNORE).nonzero()[:, 0]  # (M,)
        logits = self(x if rows is None else x[rows])
        if labels is None:
            return logits, None, rows
        return logits, F.cross_entropy(logits, labels if rows is None else labels[rows]), rows


class _MaskedHead(PackedHead[Output]):
    """A head that scores words: in a padded call it scores those of every token."""

    def padded_options(self, batch: PaddedBatch) -> dict[str, Tensor]:
        """Ask for the scores of all T tokens, with labels or without."""
        return {"rows": torch.arange(len(batch.index), device=batch.index.device)}


class BertForPreTraining(_MaskedHead[PreTrainingOutput]):
    """Masked words and next sentence together, as BERT was pretrained.

    Padded calls give prediction_logits (B, S, V) and seq_relationship_logits (B, 2).
    """

    label_packing: ClassVar = {
        "labels": PaddedBatch.pack,
        "next_sentence_label": PaddedBatch.pack_texts,
    }

    def __init__(self, config: BertConfig) -> None:
        """Make the encoder with pooler, and both heads."""
        super().__init__(config)
        self.bert = BertModel(config)
        self.predictions = MaskedLanguageHead(config, self.bert.embeddings.word)
        self.seq_relationship = Linear(config.hidden_size, 2)
        self.init_weights()

    def forward_packed(
        self,
        input_ids: Tensor,
        lengths: Lengths,
        token_type_ids: Tensor | None = None,
        labels: Tensor | None = None,
        next_sentence_label: Tensor | None = None,
        rows: Tensor | None = None,
        positions: Tensor | None = None,
    ) -> PreTrainingOutput:
        """Score masked words and the sentence pair of each packed text.

        Args:
            input_ids: (T,) ids.
            lengths: B token counts.
            token_type_ids: (T,) token types, or None.
            labels: (T,) ids of the masked words, IGNORE elsewhere. With labels only those M
                tokens are scored.
            next_sentence_label: (B,), 0 if B follows A, 1 if it is random.
            rows: (M,) tokens to score, where the caller knows them; saves a search.
            positions: (T,) position of each token in its text; None counts from 0.

        Returns:
            prediction_logits (M, V) or (T, V), seq_relationship_logits (B, 2), rows, and the loss.
        """
        out = self.bert.forward_packed(input_ids, lengths, token_type_ids, positions=positions)
        words, loss, rows = self.predictions.choose(out.last_hidden_state, labels, rows)
        pairs = self.seq_relationship(out.pooler_output)  # (B, 2)
        if next_sentence_label is not None:
            pair_loss = F.cross_entropy(pairs, next_sentence_label)
            loss = pair_loss if loss is None else loss + pair_loss
        return PreTrainingOutput(loss, words, pairs, rows)

    def unpack_output(self, batch: PaddedBatch, out: PreTrainingOutput) -> PreTrainingOutput:
        """Put tokens and texts back into the batch."""
        return PreTrainingOutput(
            out.loss,
            batch.unpack(out.prediction_logits),
            batch.unpack_texts(out.seq_relationship_logits),
        )


class BertForMaskedLM(_MaskedHead[HeadOutput]):
    """Predict masked words. Packed logits are (M, V) or (T, V), padded ones (B, S, V).

    Labels (T,) or (B, S), IGNORE for a token that is not masked.
    """

    label_packing: ClassVar = {"labels": PaddedBatch.pack}

    def __init__(self, config: BertConfig) -> None:
        """Make the encoder without pooler, and the head."""
        super().__init__(config)
        self.bert = BertModel(config, add_pooling_layer=False)
        self.predictions = MaskedLanguageHead(config, self.bert.embeddings.word)
        self.init_weights()

    def forward_packed(
        self,
        input_ids: Tensor,
        lengths: Lengths,
        token_type_ids: Tensor | None = None,
        labels: Tensor | None = None,
        rows: Tensor | None = None,
        positions: Tensor | None = None,
    ) -> HeadOutput:
        """Score the masked words of packed texts; arguments as in BertForPreTraining."""
        out = self.bert.forward_packed(input_ids, lengths, token_type_ids, positions=positions)
        words, loss, rows = self.predictions.choose(out.last_hidden_state, labels, rows)
        return HeadOutput(loss, words, rows)

    def unpack_output(self, batch: PaddedBatch, out: HeadOutput) -> HeadOutput:
        """Put the tokens back: logits (B, S, V)."""
        return HeadOutput(out.loss, batch.unpack(out.logits))
