"""What calling a tokenizer takes from the model it is for: padding, lengths, input names."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from subword._core.checks import check_side
from subword.models.wordpiece import WordPiece

# What configuration files write for "no limit".
NO_LIMIT = 10**30
# Tokenizer classes whose models read token_type_ids, by the start of their names.
_WITH_TYPES = ("Bert", "MarkupLM", "Deberta", "DebertaV2", "FNet", "Tapas", "Canine", "LayoutLMv2")
_WITHOUT_TYPES = ("BertGeneration", "BertJapanese")
# Tokenizer classes whose models are padded on the left.
_LEFT = ("Llama", "CodeLlama", "Cohere", "Gemma", "Siglip2", "XLNet")


@dataclasses.dataclass(frozen=True)
class ModelDefaults:
    """The defaults of `call.call`, which depend on the model.

    Attributes:
        pad_token: Text of the padding, None if there is none.
        pad_token_id: Its id.
        pad_token_type_id: Its type.
        model_max_length: Tokens that the model takes, special tokens included.
        model_input_names: What the model's forward pass takes.
        padding_side: Where padding goes, "right" or "left".
        truncation_side: The end that is cut, "right" or "left".
    """

    pad_token: str | None = None
    pad_token_id: int | None = None
    pad_token_type_id: int = 0
    model_max_length: int = NO_LIMIT
    model_input_names: tuple[str, ...] = ("input_ids", "attention_mask")
    padding_side: str = "right"
    truncation_side: str = "right"

    def __post_init__(self) -> None:
        check_side("padding_side", self.padding_side)
        check_side("truncation_side", self.truncation_side)

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], token_to_id: Callable[[str], int | None]
    ) -> ModelDefaults:
        """Read a tokenizer_config.json.

        Args:
            config: The JSON object.
            token_to_id: Gives the id of a token of the vocabulary.

        Returns:
            The defaults; what the file leaves out has the defaults of its `tokenizer_class`.

        Raises:
            ValueError: A side is neither "right" nor "left".

        Example:
            >>> config = {"tokenizer_class": "BertTokenizer", "model_max_length": 512}
            >>> defaults = ModelDefaults.from_config(config, {"[PAD]": 0}.get)
            >>> defaults.pad_token, defaults.model_input_names
            ('[PAD]', ('input_ids', 'token_type_ids', 'attention_mask'))
        """
        name = str(config.get("tokenizer_class") or "")
        typed = name.startswith(_WITH_TYPES) and not name.startswith(_WITHOUT_TYPES)
        pad = config.get("pad_token", "[PAD]" if name.startswith("Bert") else None)
        if isinstance(pad, Mapping):  # an added token with its flags
            pad = pad.get("content")
        limit = config.get("model_max_length")
        names = ("input_ids", "token_type_ids", "attention_mask")
        return cls(
            pad_token=pad,
            pad_token_id=None if pad is None else token_to_id(pad),
            pad_token_type_id=config.get("pad_token_type_id", 0),
            model_max_length=NO_LIMIT if limit is None else int(limit),
            model_input_names=tuple(
                config.get("model_input_names") or (names if typed else (names[0], names[2]))
            ),
            padding_side=config.get("padding_side", "left" if name.startswith(_LEFT) else "right"),
            truncation_side=config.get("truncation_side", "right"),
        )


def default_config(model: object, token_to_id: Callable[[str], int | None]) -> dict[str, Any]:
    """Return what a call assumes of a tokenizer that came without a tokenizer_config.json.

    Args:
        model: The model of the tokenizer.
        token_to_id: Gives the id of a token of the vocabulary.

    Returns:
        A configuration, for `ModelDefaults.from_config`.
    """
    if isinstance(model, WordPiece):
        known = token_to_id("[PAD]") is not None
        return {"tokenizer_class": "BertTokenizer", **({} if known else {"pad_token": None})}
    pads = ("<pad>", "<|pad|>", "[PAD]")
    return {"pad_token": next((pad for pad in pads if token_to_id(pad) is not None), None)}
