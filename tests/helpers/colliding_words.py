"""Words whose slots of the word cache collide, for whoever knows the key of its hashes.

The hash of a word of at most 15 bytes, as include/cache/word_cache.h has it: three rounds of AES of
the word, zero filled, with its length in the last byte; or a product where the processor lacks AES.
"""

import numpy as np

LETTERS = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz", np.uint8)
SLOT_BYTES = 32


def _substitution() -> np.ndarray:
    """Return the S-box of AES: the inverse in GF(2**8), then an affine map."""
    box = [0x63] * 256
    p = q = 1
    while True:
        p ^= (p << 1 & 0xFF) ^ (0x1B if p & 0x80 else 0)
        for shift in (1, 2, 4):
            q ^= q << shift & 0xFF
        q ^= 0x09 if q & 0x80 else 0
        turned = [(q << n | q >> (8 - n)) & 0xFF for n in range(5)]
        box[p] = turned[0] ^ turned[1] ^ turned[2] ^ turned[3] ^ turned[4] ^ 0x63
        if p == 1:
            return np.array(box, np.uint32)


SBOX = _substitution()
DOUBLED = (SBOX << 1 & 0xFF) ^ np.where(SBOX & 0x80, 0x1B, 0).astype(np.uint32)
TRIPLED = DOUBLED ^ SBOX
# What a byte of each row adds to its column, as a number of four bytes.
TABLES = (
    DOUBLED | SBOX << 8 | SBOX << 16 | TRIPLED << 24,
    TRIPLED | DOUBLED << 8 | SBOX << 16 | SBOX << 24,
    SBOX | TRIPLED << 8 | DOUBLED << 16 | SBOX << 24,
    SBOX | SBOX << 8 | TRIPLED << 16 | DOUBLED << 24,
)


def _aes_round(state: np.ndarray, key: np.ndarray) -> np.ndarray:
    """Return one round, without the last step's difference, of states of four columns each."""
    columns = []
    for column in range(4):
        made = key[column]
        for row in range(4):
            made = made ^ TABLES[row][state[:, (column + row) % 4] >> np.uint32(8 * row) & 0xFF]
        columns.append(made)
    return np.stack(columns, axis=1)


def vector_hashes(words: np.ndarray, key: bytes) -> np.ndarray:
    """Return the hashes of words with AES.

    Args:
        words: (n, size) uint8, size at most 15.
        key: The 32 bytes of `subword._core.hash_keys`.
    """
    padded = np.zeros((len(words), 16), np.uint8)
    padded[:, : words.shape[1]] = words
    padded[:, 15] = words.shape[1]
    numbers = np.frombuffer(key, "<u8") | np.array([0, 1, 0, 1], np.uint64)
    first, second = numbers.view(np.uint32).reshape(2, 4)
    state = padded.view("<u4") ^ first
    for round_key in (second, first, second):
        state = _aes_round(state, round_key)
    return state[:, 0]


def colliding_words(count: int, key: bytes, slots: int, targets: int, seed: int = 0) -> list[str]:
    """Return words of 14 letters that hash to the first `targets` of `slots` slots.

    Args:
        count: How many.
        key: The key of the hashes.
        slots: The number of slots, a power of two.
        targets: How many of them the words share.
        seed: Other words for other seeds.
    """
    rng = np.random.default_rng(seed)
    found: list[str] = []
    while len(found) < count:
        words = LETTERS[rng.integers(0, 26, (1 << 18, 14))]
        at = (vector_hashes(words, key) & np.uint32(slots * SLOT_BYTES - 1)) // SLOT_BYTES
        found += [word.tobytes().decode() for word in words[at < targets]]
    return found[:count]


def random_words(count: int, seed: int = 0) -> list[str]:
    """Return words of 14 letters."""
    words = LETTERS[np.random.default_rng(seed).integers(0, 26, (count, 14))]
    return [word.tobytes().decode() for word in words]
