"""Random texts: each function draws what some part of the pipeline treats specially."""

import random

# Words of the oracle `word_oracle`.
WORDS = [
    *("the", "cat", "sat", "on", "a", "mat", "and", "then"),
    *("it", "ran", "away", "from", "every", "dog", "in", "town"),
]
# Special tokens of published vocabularies, and words of many scripts.
SPECIALS = (
    *("[CLS]", "[SEP]", "[MASK]", "[UNK]", "[PAD]", "<|endoftext|>", "<mask>", " <mask> ", "<s>"),
    *("</s>", "<pad>", "<unk>", "<|im_start|>", "<|begin_of_text|>", "<bos>", "<start_of_turn>"),
    *("<0x41>", "\n\n", "▁▁", "##a", "Ġ", "   ", "'s", "I'LL", "don't", "http://a.b/c?d=e"),
    *("日本語", "Привет", "안녕하세요"),
)
ASCII = "abcXYZ 019!.'’\n\r\t  sStTdDmMrReElLvV/-_#[]<>|▁"
OTHER = (
    "éñßΣσςЖ한글각갇中文の१२३Ⅷ½\u0301\u0300\u0323\u200d\u3000\xa0\u2003\u00ad\ufffd😀𝔸ſǅʰİıK\u0378\u093f\u0915ー٪"
    "—…“”\x00\x0b\x85\x1c\u2028豈ﬁΐ\u1161≮;"
)
# Lengths around those of words, vector registers and units of work.
SIZES = (1, 2, 3, 5, 8, 20, 60, 130, 300)
# Characters that single components change, and words that random_configs adds as tokens.
CHARS = (
    "abAB  \n\t.,'_1²é\u0301\u0327한각ㄱ中龥かナー😀İßſ\u0345\u0344ệⅧ½\0\u200d\ufffd\u00a0\u3000▁<>"
)
FEW_WORDS = [
    *(
        "ab",
        "aba",
        "[X]",
        "[Y] ",
        "<m>",
        "a b",
        "'s",
        "  ",
        "é",
        "\r\n",
        "aB",
        "Ⅷ12",
        "\u0930\u094d",
    ),
]
# Words and blanks of texts whose spaces become metaspaces.
METASPACE_WORDS = [
    *("the", "cat", "hat", "at", "a", "then", "that's", "x,", "y.", "(z)", "naïve", "été"),
    *("한국어", "한글", "中文字", "中", "😀", "<0x41>", "10", "100", ">▁</"),
]
METASPACE_BLANKS = [
    *(
        " ",
        "  ",
        "   ",
        "▁",
        "▁▁",
        "\u00a0",
        "\n",
        "\t",
        "\0",
        "ö",
        "ß",
        "한",
        "々",
        "😀",
        "[X]",
        ".",
    ),
]
# Spans at which a long text may, or may not, be split.
SPANS = [
    *"aBsA/1.é中\u0301\u3000\xa0😀 \n\t\x00",
    *("the", " the", "'s", "'LL", "  ", "\n\n", " \n ", "...", "1234"),
    *("e\u0301", "한국", "かな", "Жя", "<x>", "mask"),
]
SPAN_WORDS = ("the", "it's", "A", "한국어", "中文", "ﬁ", "é", "don't", "Ж")


def random_text(rng: random.Random) -> str:
    """Return a text that mixes scripts, white space, special tokens, or any code points."""
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


def short_text(rng: random.Random, size: int = 14) -> str:
    """Return a text of few characters and likely added tokens, at times also any characters."""
    pool = rng.sample([*CHARS, *FEW_WORDS], rng.randrange(2, 12))
    text = "".join(rng.choice(pool) for _ in range(rng.randrange(size)))
    if rng.random() < 0.15:
        codes = (rng.randrange(0x30000) for _ in range(4))
        text += "".join(chr(code) for code in codes if not 0xD800 <= code < 0xE000)
    return text


def short_texts(seed: int, count: int) -> list[str]:
    """Return texts of few characters and likely added tokens."""
    rng = random.Random(seed)
    return [short_text(rng) for _ in range(count)]


def spaced_words(rng: random.Random) -> str:
    """Return up to five words with white space of all kinds after each."""
    spaces = [" ", "  ", "\n", " \u00a0", "\t "]
    return "".join(
        rng.choice([*WORDS, "zebra", "é", "the"]) + rng.choice(spaces)
        for _ in range(rng.randrange(6))
    )


def splittable_text(rng: random.Random) -> str:
    """Return a text of few kinds of span, some of which a long text may be split at."""
    pool = rng.sample(SPANS, rng.choice((3, 6, len(SPANS))))
    text = "".join(rng.choices(pool, k=rng.choice((5, 40, 200))))
    return text if rng.random() < 0.5 else " ".join(rng.choices(SPAN_WORDS, k=30)) + text


def metaspace_texts(rng: random.Random, count: int) -> list[str]:
    """Return texts of words with blanks of all kinds between, before and after them."""
    pool = [
        *rng.sample(METASPACE_WORDS, rng.randrange(2, 12)),
        *rng.sample(METASPACE_BLANKS, rng.randrange(2, 8)),
    ]
    return [
        "".join(
            rng.choice(pool) + rng.choice(["", " ", " ", "  "]) for _ in range(rng.randrange(16))
        )
        for _ in range(count)
    ]


def words_of_alphabet(rng: random.Random, alphabet: str, max_chars: int) -> str:
    """Return words of an alphabet, some as long as many blocks of the scanner."""
    words = [
        "".join(rng.choices(alphabet, k=rng.choice([1, 2, 3, 5, rng.randrange(1, max_chars)])))
        for _ in range(rng.randrange(1, 8))
    ]
    return "".join(word + rng.choice([" ", " ", "", ".", "a", "\n"]) for word in words)
