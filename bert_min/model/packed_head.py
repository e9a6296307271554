"""What all heads share: a padded call is packed, goes through `forward_packed`, and is unpacked."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, TypeVar

from torch import Tensor

from bert_min.model.bert import BertModel
from bert_min.model.packing import PaddedBatch
from bert_min.model.pretrained import PretrainedModel

IGNORE: Final = -100  # the label of a token that has none: no loss counts it

Lengths = Sequence[int] | Tensor
PackLabels = Callable[[PaddedBatch, Tensor | None], Tensor | None]
Output = TypeVar("Output")


@dataclass
class HeadOutput:
    """Scores of a head, and its loss if there were labels.

    Attributes:
        loss: Scalar, or None without labels.
        logits: Scores before any softmax; the shape is in the head's docstring.
        rows: Masked language modelling on a packed batch only: (M,) which tokens the logits are
            of, or None for all T.
    """

    loss: Tensor | None
    logits: Tensor
    rows: Tensor | None = None


class PackedHead(PretrainedModel, Generic[Output]):
    """An encoder with a head. Call it with a padded batch, or use `forward_packed`.

    A subclass says how its labels are packed, and how its output is unpacked.

    Attributes:
        bert: The encoder.
        label_packing: For each label argument, in the order of the call, how to pack it.
    """

    bert: BertModel
    label_packing: ClassVar[dict[str, PackLabels]]
    forward_packed: Callable[..., Output]

    @abstractmethod
    def unpack_output(self, batch: PaddedBatch, out: Output) -> Output:
        """Put the scores of a packed batch back into the shape of the padded one."""

    def padded_options(self, batch: PaddedBatch) -> dict[str, Any]:
        """Return further arguments of `forward_packed` for a padded batch; none by default."""
        return {}

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        *labels: Tensor | None,
        **named_labels: Tensor | None,
    ) -> Output:
        """Score a padded batch.

        Args:
            input_ids: (B, S) ids.
            attention_mask: (B, S), 1 for a real token and 0 for padding; None means all real.
            token_type_ids: (B, S) token types; None means 0 for all.
            *labels: The labels of the head, in the order of `label_packing`.
            **named_labels: The same by name, such as `labels=`.

        Returns:
            The output of `forward_packed`, its scores in the shape of the batch.

        Raises:
            TypeError: The head has no such labels.
            ValueError: As `BertModel.forward`.
        """
        known = self.label_packing
        given = dict(zip(known, labels, strict=False)) | named_labels
        if len(labels) > len(known) or not given.keys() <= known.keys():
            raise TypeError(
                f"{type(self).__name__} takes the labels {', '.join(known)}, got {len(labels)} "
                f"without a name and {list(named_labels)}"
            )
        batch = PaddedBatch(input_ids, attention_mask, self.bert.uncounted_id)
        ids, types = batch.pack_inputs(input_ids, token_type_ids)
        packed = {name: known[name](batch, value) for name, value in given.items()}
        out = self.forward_packed(
            ids,
            batch.lengths,
            types,
            positions=batch.positions,
            **packed,
            **self.padded_options(batch),
        )
        return self.unpack_output(batch, out)
