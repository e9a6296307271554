"""The comparison of our encodings and decoded texts with the oracle's."""

import functools
import unicodedata

from subword import Tokenizer
from tests.helpers.data import tokenizer_folder
from tests.helpers.published import oracle

FIELDS = (
    *("ids", "tokens", "offsets", "word_ids", "type_ids"),
    *("special_tokens_mask", "attention_mask", "sequence_ids"),
)


@functools.cache
def load(name: str) -> Tokenizer:
    """Return our tokenizer, without truncation and padding."""
    return Tokenizer.from_pretrained(tokenizer_folder(name)).with_lengths(None, None)


def differences(
    name: str, mine: Tokenizer, texts: list, ragged: bool = True, reference=None
) -> list[str]:
    """Compare encodings and decoded text with the oracle; describe each text that differs."""
    reference = reference or oracle(name)
    theirs = reference.encode_batch(texts)
    ours = mine.encode_batch(texts)
    wrong = []
    for text, his, my in zip(texts, theirs, ours, strict=True):
        fields = [field for field in FIELDS if getattr(his, field) != getattr(my, field)]
        if fields:
            wrong.append(f"{name}: {text!r:.200} differs in {', '.join(fields)}")
    for skip in (True, False):
        rows = [encoding.ids for encoding in theirs]
        expected = reference.decode_batch(rows, skip_special_tokens=skip)
        got = mine.decode_batch(rows, skip_special_tokens=skip)
        pairs = zip(texts, expected, got, strict=True)
        wrong += [
            f"{name}: {text!r:.200} is decoded as {b!r:.200}" for text, a, b in pairs if a != b
        ]
    if ragged:
        rows = mine.encode_ragged(texts, return_offsets=True)
        for i, his in enumerate(theirs):
            spans = rows.offsets[rows.row_splits[i] : rows.row_splits[i + 1]]
            if (
                rows[i].tolist() != his.ids
                or [tuple(span) for span in spans.tolist()] != his.offsets
            ):
                wrong.append(f"{name}: {texts[i]!r:.200} differs in encode_ragged")
        if mine.encode_lists(texts) != [his.ids for his in theirs]:
            wrong.append(f"{name}: encode_lists differs")
    return wrong


def assigned_characters() -> list[str]:
    """Return every code point but surrogates and private use."""
    return [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cs", "Co")]
