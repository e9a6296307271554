"""Texts for tokenizers in folders, and the comparison of what two of them make of these."""

TEXTS = [
    *(
        "A photo of a cat's  hat",
        "",
        " 123 <|endoftext|> caf\u0301é",
        "<s>[INST] hello 世界 🙂\r\n\n",
    ),
    *("<|startoftranscript|><|en|> hello <|1.08|>", "the theory\tof THERE"),
]
CORPUS = ["a photo of a cat's hat", "hello world, the theory of there 123 café"] * 4


def same(mine, theirs):
    assert mine.get_vocab() == theirs.get_vocab()
    for pair in (None, "a hat"):
        for text in TEXTS:
            his, my = theirs.encode(text, pair), mine.encode(text, pair)
            for field in (
                "ids",
                "tokens",
                "offsets",
                "type_ids",
                "special_tokens_mask",
                "word_ids",
            ):
                assert getattr(my, field) == getattr(his, field), (text, field)
            for skip in (True, False):
                assert mine.decode(his.ids, skip) == theirs.decode(his.ids, skip)
