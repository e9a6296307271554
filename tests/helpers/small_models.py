"""The smallest tokenizer.json objects, to change a field of, and a corpus to train on."""

MODEL = {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}
BASE = {"version": "1.0", "model": MODEL}
PIECES = {
    "type": "WordPiece",
    "vocab": {"[UNK]": 0, "a": 1, "##b": 2},
    "unk_token": "[UNK]",
    "continuing_subword_prefix": "##",
    "max_input_chars_per_word": 100,
}
SMALL_CORPUS = ["the cat sat on a mat, 한국어 😀 naïve", "low lower lowest"] * 20


def with_model(**changes):
    """Return the tokenizer.json of the smallest BPE with some fields of its model changed."""
    return {**BASE, "model": {**MODEL, **changes}}
