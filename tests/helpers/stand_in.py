"""A tokenizer small enough to read, for tests of what comes after tokenization."""

import re
from types import SimpleNamespace

import numpy as np

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Letters:
    """Words are cut into letters, ## before all but the first; anything else is [UNK]."""

    def __init__(self):
        tokens = [*SPECIAL, *LETTERS, *(f"##{c}" for c in LETTERS)]
        self._vocab = {token: i for i, token in enumerate(tokens)}
        self.vocab_size = len(tokens)

    def get_vocab(self):
        return dict(self._vocab)

    def token_to_id(self, token):
        return self._vocab.get(token)

    def encode_ragged(
        self, texts, *, add_special_tokens=True, return_offsets=False, max_length=None, threads=None
    ):
        assert not add_special_tokens
        assert max_length is None
        ids, offsets, splits = [], [], [0]
        for text in texts:
            for word in re.finditer(r"[a-z]+|[^a-z\s]", text.lower()):
                for i, c in enumerate(word[0]):
                    token = c if i == 0 else f"##{c}"
                    ids.append(self._vocab.get(token, 1))
                    offsets.append((word.start() + i, word.start() + i + 1))
            splits.append(len(ids))
        return SimpleNamespace(
            ids=np.array(ids, np.uint32),
            row_splits=np.array(splits, np.int64),
            offsets=np.array(offsets, np.int32).reshape(-1, 2) if return_offsets else None,
        )

    def save(self, path):
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(self._vocab))
