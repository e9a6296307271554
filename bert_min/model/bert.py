"""BERT: token ids in, one vector per token out. Read top to bottom.

Letters in every shape comment:

    B  texts of a batch             H  attention heads
    S  tokens of the longest text   D  size of one head, E / H
    T  real tokens of the batch,    E  hidden size, the width of a token vector
       B * S without the padding    I  width inside the feed-forward block

The model never computes on padding. A batch is *packed*: the tokens of all its texts are one
after the other in a single row of T ids, and the texts' lengths say where one ends. Every dense
layer, LayerNorm and GELU works on one token at a time, so it sees a plain (T, E) matrix; only
`attention` has to know where a text begins, from a `PackedLayout` of packing.py. There are two ways
in:

    model.forward_packed(input_ids, lengths, token_type_ids=None)    # (T,) ids: the native way
    model(input_ids, attention_mask, token_type_ids)                 # (B, S) ids: packs, unpacks

Both train as well as infer (dropout follows `model.train()`), and every head in heads.py has the
same two. Packing is fastest with the texts sorted by length.

Source: Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers for Language
Understanding", section 3; Vaswani et al. 2017, "Attention Is All You Need", section 3.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from bert_min.model.attention import DistanceBias, attention, attention_weights
from bert_min.model.config import BertConfig
from bert_min.model.linear import Linear
from bert_min.model.modern import (
    ModernEmbeddings,
    ModernLayer,
    Rotation,
    local_and_global,
    modern_norm,
)
from bert_min.model.packing import PackedLayout, PaddedBatch
from bert_min.model.pretrained import PretrainedModel


class BertEmbeddings(nn.Module):
    """Token + token type + position, then LayerNorm."""

    def __init__(self, config: BertConfig) -> None:
        """Make the three tables; a model without token types has only two."""
        super().__init__()
        width = config.embedding_size or config.hidden_size
        self.word = nn.Embedding(config.vocab_size, width, padding_idx=config.pad_token_id)
        self.first_position = config.first_position
        unused = self.first_position - 1 if self.first_position else None  # that of padding
        self.position = nn.Embedding(config.max_position_embeddings, width, padding_idx=unused)
        self.token_type = (
            nn.Embedding(config.type_vocab_size, width) if config.type_vocab_size else None
        )
        self.norm = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.project = Linear(width, config.hidden_size) if config.embedding_size else None

    def forward(
        self, input_ids: Tensor, token_type_ids: Tensor | None, positions: Tensor
    ) -> Tensor:
        """Map (T,) ids, token types and positions to (T, E)."""
        x: Tensor = self.word(input_ids)  # (T, E)
        if self.token_type is not None and token_type_ids is not None:
            x = x + self.token_type(token_type_ids)
        elif self.token_type is not None:
            x = x + self.token_type.weight[0]  # none given: all are type 0, which is added too
        x = self.dropout(self.norm(x + self.position(positions + self.first_position)))
        return x if self.project is None else self.project(x)  # (T, E)


class BertLayer(nn.Module):
    """Attention, then a feed-forward block; each is added to its input and normalised."""

    def __init__(self, config: BertConfig) -> None:
        """Make one encoder layer; queries, keys and values come from a single matrix."""
        super().__init__()
        width, inner, eps = config.hidden_size, config.intermediate_size, config.layer_norm_eps
        self.heads = config.num_attention_heads
        self.qkv = Linear(width, 3 * width)
        self.attention_output = Linear(width, width)
        self.attention_norm = nn.LayerNorm(width, eps=eps)
        self.intermediate = Linear(width, inner, config.hidden_act)
        self.output = Linear(inner, width)
        self.output_norm = nn.LayerNorm(width, eps=eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.attention_dropout = config.attention_probs_dropout_prob

    def split_heads(
        self, x: Tensor, rotation: Rotation | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Map (T, E) to queries, keys and values of (T, H, D) each; BERT rotates none of them."""
        q, k, v = self.qkv(x).view(len(x), 3, self.heads, -1).unbind(1)  # (T, 3E) -> 3 x (T, H, D)
        return q, k, v

    def forward(
        self,
        x: Tensor,
        layout: PackedLayout,
        bias: Tensor | None = None,
        rotation: Rotation | None = None,
    ) -> Tensor:
        """Map (T, E) to (T, E); bias as in `attention`."""
        q, k, v = self.split_heads(x, rotation)  # (T, H, D) each
        dropout = self.attention_dropout if self.training else 0.0
        attended = attention(q, k, v, layout, dropout, bias)
        return self.feed_forward(x, attended)

    def feed_forward(self, x: Tensor, attended: Tensor) -> Tensor:
        """Do all that follows attention: (T, E) input and (T, H, D) of attention to (T, E)."""
        attended = self.attention_output(attended.flatten(1))  # (T, H, D) -> (T, E)
        x = self.attention_norm(x + self.dropout(attended))
        y = self.output(self.intermediate(x))  # (T, E) -> (T, I) -> (T, E)
        return cast(Tensor, self.output_norm(x + self.dropout(y)))


@dataclass
class BertOutput:
    """What the encoder returns, packed or padded like its input.

    Attributes:
        last_hidden_state: (T, E) or (B, S, E), zeros on padding.
        pooler_output: (B, E), tanh of a dense layer over the first token of each text, [CLS];
            None for a model without a pooler.
        hidden_states: L + 1 tensors like last_hidden_state, first the embeddings; or None.
        attentions: L tensors (B, H, S, S), zeros on padding; or None.
    """

    last_hidden_state: Tensor
    pooler_output: Tensor | None = None
    hidden_states: tuple[Tensor, ...] | None = None
    attentions: tuple[Tensor, ...] | None = None


class BertModel(PretrainedModel):
    """The encoder: embeddings, L layers, and a pooler over [CLS].

    Example:
        >>> tiny = BertConfig(vocab_size=100, hidden_size=8, num_hidden_layers=2,
        ...                   num_attention_heads=2, intermediate_size=16)
        >>> model = BertModel(tiny).eval()
        >>> model(torch.tensor([[1, 2, 3], [4, 5, 0]])).last_hidden_state.shape
        torch.Size([2, 3, 8])
        >>> model.forward_packed(torch.tensor([1, 2, 3, 4, 5]), [3, 2]).last_hidden_state.shape
        torch.Size([5, 8])
    """

    def __init__(self, config: BertConfig, add_pooling_layer: bool = True) -> None:
        """Make a model with fresh weights; `from_pretrained` fills it from a folder."""
        super().__init__(config)
        modern = config.family.is_modern
        self.embeddings: BertEmbeddings | ModernEmbeddings = (
            ModernEmbeddings(config) if modern else BertEmbeddings(config)
        )
        biased = config.family.has_distance_bias
        self.distance_bias = DistanceBias(config.num_attention_heads) if biased else None
        numbers = range(config.num_hidden_layers)
        self.layers = nn.ModuleList(
            ModernLayer(config, number) if modern else BertLayer(config) for number in numbers
        )
        self.final_norm = modern_norm(config) if modern else None
        width = config.hidden_size
        self.pooler = Linear(width, width) if add_pooling_layer and config.has_pooler else None
        self.init_weights()

    def forward_packed(
        self,
        input_ids: Tensor,
        lengths: Sequence[int] | Tensor | PackedLayout,
        token_type_ids: Tensor | None = None,
        *,
        positions: Tensor | None = None,
        output_hidden_states: bool = False,
        output_attentions: bool = False,
    ) -> BertOutput:
        """Encode texts that are one after the other, without padding.

        Args:
            input_ids: (T,) token ids of all texts.
            lengths: Tokens of each text, B numbers on the host whose sum is T; or a `PackedLayout`,
                for a caller who runs the same lengths again.
            token_type_ids: (T,) type of each token; None means 0 for all.
            positions: (T,) position of each token in its text, from 0; None counts the tokens, in
                RoBERTa but for those of pad_token_id, whose position is -1.
            output_hidden_states: Also return the output of every layer.
            output_attentions: Also return every layer's attention weights, at the price of
                computing them a second time.

        Returns:
            last_hidden_state (T, E), pooler_output (B, E), and what else was asked for.

        Raises:
            ValueError: Lengths that do not add up to T, a text that is empty or longer than
                `BertConfig.longest_text`, or an id out of range (checked where ids lie on the CPU).

        Example:
            >>> model = BertModel(BertConfig(vocab_size=9, hidden_size=4, num_hidden_layers=1,
            ...                              num_attention_heads=1, intermediate_size=4))
            >>> model.forward_packed(torch.tensor([1, 2, 3]), [1, 2]).pooler_output.shape
            torch.Size([2, 4])
        """
        layout = (
            lengths
            if isinstance(lengths, PackedLayout)
            else PackedLayout.of(lengths, input_ids.device)
        )
        if input_ids.shape != layout.positions.shape:
            raise ValueError(
                f"input_ids must have shape ({len(layout.positions)},), the sum of the lengths, "
                f"got {tuple(input_ids.shape)}"
            )
        longest = layout.max_seqlen if positions is None else int(positions.max()) + 1
        if longest > self.config.longest_text:
            raise ValueError(
                f"a text must have at most {self.config.length_rule} tokens, got {longest}"
            )
        # On a GPU the check makes the host wait, which it has done anyway for a padded batch.
        if input_ids.device.type == "cpu" or positions is not None:
            self._check_ids(input_ids, token_type_ids)
        if positions is None:
            uncounted = self.uncounted_id
            positions = (
                layout.positions
                if uncounted is None
                else layout.positions_of(input_ids != uncounted)
            )
        x = self.embeddings(input_ids, token_type_ids, positions)
        hidden, weights = [x], []
        places = self.places(positions, layout, x)
        for layer, (bias, rotation) in zip(self.layers, places, strict=True):
            if output_attentions:
                q, k, _ = cast(BertLayer, layer).split_heads(x, rotation)
                weights.append(attention_weights(q, k, layout, bias))
            x = layer(x, layout, bias, rotation)
            if output_hidden_states:
                hidden.append(x)
        if self.final_norm is not None:
            x = hidden[-1] = self.final_norm(x)
        return BertOutput(
            x,
            self.pool(x, layout.cu_seqlens),
            tuple(hidden) if output_hidden_states else None,
            tuple(weights) if output_attentions else None,
        )

    def places(
        self, positions: Tensor, layout: PackedLayout, x: Tensor
    ) -> list[tuple[Tensor | None, Rotation | None]]:
        """Return what each layer's attention knows of positions: what is added, how it rotates.

        Args:
            positions: (T,) position of each token in its text.
            layout: Where the texts lie.
            x: (T, E) token vectors, for their type and device.
        """
        if not self.config.family.is_modern:
            bias = None if self.distance_bias is None else self.distance_bias(layout.max_seqlen)
            return [(bias, None)] * len(self.layers)
        kinds = local_and_global(self.config, positions, layout.max_seqlen, x)
        return [kinds[cast(ModernLayer, layer).is_local] for layer in self.layers]

    @property
    def uncounted_id(self) -> int | None:
        """The id that takes no position, if there is one."""
        config = self.config
        return config.pad_token_id if config.family.positions_after_padding else None

    def compile_layers(self, backend: str = "inductor") -> None:
        """Let torch.compile fuse what lies between the matrix products, for any number of tokens.

        Attention stays outside: it is a single kernel already, and the only step whose shapes
        change with the lengths.
        """
        for module in self.layers:
            layer = cast(Any, module)
            layer.split_heads = torch.compile(layer.split_heads, dynamic=True, backend=backend)
            layer.feed_forward = torch.compile(layer.feed_forward, dynamic=True, backend=backend)

    def pool(self, x: Tensor, starts: Tensor) -> Tensor | None:
        """Return tanh(W x + b) of each text's first token: (T, E), (B + 1,) -> (B, E)."""
        return None if self.pooler is None else torch.tanh(self.pooler(x[starts[:-1].long()]))

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        output_hidden_states: bool = False,
        output_attentions: bool = False,
    ) -> BertOutput:
        """Encode a padded batch; padding is left out of the work and comes back as zeros.

        Args:
            input_ids: (B, S) token ids.
            attention_mask: (B, S), 1 for a real token and 0 for padding; None means all real.
            token_type_ids: (B, S) type of each token; None means 0 for all.
            output_hidden_states: Also return the output of every layer.
            output_attentions: Also return every layer's attention weights.

        Returns:
            last_hidden_state (B, S, E), pooler_output (B, E), and what else was asked for.

        Raises:
            ValueError: Shapes that do not fit, a text whose mask is all zeros, a text longer than
                `BertConfig.longest_text`, or an id out of range.
        """
        batch = PaddedBatch(input_ids, attention_mask, self.uncounted_id)
        ids, types = batch.pack_inputs(input_ids, token_type_ids)
        out = self.forward_packed(
            ids,
            batch.lengths,
            types,
            positions=batch.positions,
            output_hidden_states=output_hidden_states,
            output_attentions=output_attentions,
        )
        out.last_hidden_state = batch.unpack(out.last_hidden_state)
        if out.pooler_output is not None:
            out.pooler_output = batch.unpack_texts(out.pooler_output)
        if out.hidden_states is not None:
            out.hidden_states = tuple(map(batch.unpack, out.hidden_states))
        if out.attentions is not None:
            out.attentions = tuple(map(batch.unpack_weights, out.attentions))
        return out

    def _check_ids(self, input_ids: Tensor, token_type_ids: Tensor | None) -> None:
        for name, ids, size in (
            ("input_ids", input_ids, self.config.vocab_size),
            ("token_type_ids", token_type_ids, max(self.config.type_vocab_size, 1)),
        ):
            if ids is None:
                continue
            low, high = (int(x) for x in torch.aminmax(ids))
            if low < 0 or high >= size:
                raise ValueError(f"{name} must lie in [0, {size}), got {low if low < 0 else high}")
