"""The types of what a tokenizer is given, by the names of `tokenizers`."""

from __future__ import annotations

Offsets = tuple[int, int]

TextInputSequence = str
PreTokenizedInputSequence = list[str] | tuple[str, ...]
InputSequence = TextInputSequence | PreTokenizedInputSequence

TextEncodeInput = TextInputSequence | tuple[TextInputSequence, TextInputSequence] | list[str]
PreTokenizedEncodeInput = (
    PreTokenizedInputSequence
    | tuple[PreTokenizedInputSequence, PreTokenizedInputSequence]
    | list[PreTokenizedInputSequence]
)
EncodeInput = TextEncodeInput | PreTokenizedEncodeInput
