"""The encodings of the oracle (`tokenizers`), of the twin and ours, in forms that compare."""

import json

import tokenizers

from subword.results.encoding import Encoding

COLUMNS = (
    "ids",
    "type_ids",
    "tokens",
    "offsets",
    "attention_mask",
    "special_tokens_mask",
    "word_ids",
    "sequence_ids",
    "n_sequences",
)


def from_oracle(theirs: tokenizers.Encoding) -> Encoding:
    """Carry one of their encodings over, sequence ranges and overflow included."""
    return _from_state(json.loads(theirs.__getstate__()))


def _from_state(state: dict) -> Encoding:
    ranges = {int(k): (v["start"], v["end"]) for k, v in state["sequence_ranges"].items()}
    return Encoding.from_lists(
        state["ids"],
        state["tokens"],
        state["offsets"],
        state["words"],
        type_ids=state["type_ids"],
        special_tokens_mask=state["special_tokens_mask"],
        attention_mask=state["attention_mask"],
        sequence_ranges=ranges or None,
        overflowing=[_from_state(chunk) for chunk in state["overflowing"]] or None,
    )


def columns(encoding) -> dict:
    """Everything that an encoding shows, chunks of chunks included."""
    shown = {name: getattr(encoding, name) for name in COLUMNS}
    shown["overflowing"] = [columns(chunk) for chunk in encoding.overflowing]
    return shown


def encoding_columns(tok: tokenizers.Tokenizer, text, **options) -> tuple[list, ...]:
    """Return ids, tokens, offsets and word ids of the oracle, without special tokens."""
    encoding = tok.encode(text, add_special_tokens=False, **options)
    return encoding.ids, encoding.tokens, encoding.offsets, encoding.word_ids


def token_columns(tokens: list) -> tuple[list, ...]:
    """Return the same four columns of the tokens of the slow twin."""
    return (
        [token.id for token in tokens],
        [token.text for token in tokens],
        [(token.start, token.end) for token in tokens],
        [token.word for token in tokens],
    )
