"""What the tests and the benchmarks call equal."""

import functools
import random
import unicodedata

from subword import Tokenizer
from tests.helpers.data import tokenizer_folder
from tests.helpers.published import oracle

FIELDS = (
    *("ids", "tokens", "offsets", "word_ids", "type_ids"),
    *("special_tokens_mask", "attention_mask", "sequence_ids"),
)
SPECIALS = (
    *(
        "[CLS]",
        "[SEP]",
        "[MASK]",
        "[UNK]",
        "[PAD]",
        "<|endoftext|>",
        "<mask>",
        " <mask> ",
        "<s>",
        "</s>",
    ),
    *("<pad>", "<unk>", "<|im_start|>", "<|begin_of_text|>", "<bos>", "<start_of_turn>", "<0x41>"),
    *(
        "\n\n",
        "▁▁",
        "##a",
        "Ġ",
        "   ",
        "'s",
        "I'LL",
        "don't",
        "http://a.b/c?d=e",
        "日本語",
        "Привет",
        "안녕하세요",
    ),
)
ASCII = "abcXYZ 019!.'’\n\r\t  sStTdDmMrReElLvV/-_#[]<>|▁"
OTHER = (
    "éñßΣσςЖ한글각갇中文の१२३Ⅷ½\u0301\u0300\u0323\u200d\u3000\xa0\u2003\u00ad\ufffd😀𝔸ſǅʰİıK\u0378\u093f\u0915ー٪"
    "—…“”\x00\x0b\x85\x1c\u2028豈ﬁΐ\u1161≮;"
)
SIZES = (1, 2, 3, 5, 8, 20, 60, 130, 300)


def random_text(rng: random.Random) -> str:
    """A text that mixes scripts, white space, special tokens, or any code points."""
    size, mode = rng.choice(SIZES), rng.random()
    if mode > 0.95:
        codes = (rng.randrange(0x110000) for _ in range(size))
        return "".join(chr(code) for code in codes if not 0xD800 <= code < 0xE000)
    if mode > 0.8:
        pool: list[str] = [*ASCII, *OTHER, *SPECIALS * 3]
    elif mode > 0.6:
        pool = rng.sample([*ASCII, *OTHER], 4)
    else:
        pool = [*ASCII] if mode > 0.4 else [*ASCII, *OTHER]
    return "".join(rng.choice(pool) for _ in range(size))


@functools.cache
def load(name: str) -> Tokenizer:
    """Our tokenizer, without truncation and padding."""
    tok = Tokenizer.from_pretrained(tokenizer_folder(name))
    tok.truncation = tok.padding = None
    return tok


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
            places = rows.offsets[rows.row_splits[i] : rows.row_splits[i + 1]]
            if (
                rows[i].tolist() != his.ids
                or [tuple(place) for place in places.tolist()] != his.offsets
            ):
                wrong.append(f"{name}: {texts[i]!r:.200} differs in encode_ragged")
        if mine.encode_lists(texts) != [his.ids for his in theirs]:
            wrong.append(f"{name}: encode_lists differs")
    return wrong


def assigned_characters() -> list[str]:
    """Every code point but surrogates and private use."""
    return [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cs", "Co")]
