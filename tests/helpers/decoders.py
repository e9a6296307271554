"""Decoders of every kind, theirs and ours, and tokens that they treat specially."""

from tokenizers import decoders as hf

from subword import decoders as ours

# name -> (theirs, ours)
DECODERS = {
    "byte_level": (hf.ByteLevel(), ours.ByteLevel()),
    "wordpiece": (hf.WordPiece(), ours.WordPiece()),
    "wordpiece_plain": (hf.WordPiece("@@", False), ours.WordPiece("@@", False)),
    "wordpiece_no_prefix": (hf.WordPiece("", True), ours.WordPiece("", True)),
    "metaspace": (hf.Metaspace(), ours.Metaspace()),
    "metaspace_never": (
        hf.Metaspace("_", "never", False),
        ours.Metaspace("_", "never", False),
    ),
    "metaspace_first": (hf.Metaspace("▁", "first"), ours.Metaspace("▁", "first")),
    "replace": (hf.Replace("▁", " "), ours.Replace("▁", " ")),
    "replace_special": (hf.Replace(".", "$1\\1"), ours.Replace(".", "$1\\1")),
    "replace_empty": (hf.Replace("", "-"), ours.Replace("", "-")),
    "byte_fallback": (hf.ByteFallback(), ours.ByteFallback()),
    "fuse": (hf.Fuse(), ours.Fuse()),
    "strip": (hf.Strip(" ", 1, 0), ours.Strip(" ", 1, 0)),
    "strip_letters": (hf.Strip("a", 2, 0), ours.Strip("a", 2, 0)),
    "bpe": (hf.BPEDecoder(), ours.BPEDecoder()),
    "bpe_suffix": (hf.BPEDecoder("a"), ours.BPEDecoder("a")),
    "ctc": (hf.CTC(), ours.CTC()),
    "ctc_plain": (hf.CTC("a", "▁", False), ours.CTC("a", "▁", False)),
}


def _sequence(*names: str) -> tuple[hf.Sequence, ours.Sequence]:
    """Return a sequence of some of them."""
    return hf.Sequence([DECODERS[n][0] for n in names]), ours.Sequence(
        [DECODERS[n][1] for n in names]
    )


DECODERS |= {
    "llama": _sequence("replace", "byte_fallback", "fuse", "strip"),
    "gemma": _sequence("replace", "byte_fallback", "fuse"),
    "fallback_wordpiece": _sequence("byte_fallback", "wordpiece"),
    "fused_wordpiece": _sequence("fuse", "wordpiece", "metaspace"),
    "fused_replace": _sequence("fuse", "replace"),
    "bpe_fallback": _sequence("bpe", "byte_fallback", "strip_letters"),
    "bytes_strip": _sequence("byte_level", "strip"),
    "ctc_fuse": _sequence("ctc", "metaspace_first", "fuse", "strip_letters", "fuse"),
    "nothing": _sequence(),
}
TOKENS = [
    *("a", "b", "ab", "▁", "▁a", "▁▁b", "##a", "##", "@@b", "_", "_b", "Ġ", "Ġa", "Ã", "©", "é"),
    *("<0x61>", "<0xC3>", "<0xA9>", "<0xE4>", "<0xBD>", "<0xA0>", "<0xf0>", "<0x+A>", "<0xé>"),
    *("<0xZZ>", "<0x61", "<pad>", "|", "a</w>", "</w>", "", " ", "  a", ".", "!", "'", "n't", "'m"),
    *("do", "not", " do not", "'s", "你", "😀", "\ufffd", "aa", "aaa", "\n", "ä½", "łł", "ð", "Ł"),
]
