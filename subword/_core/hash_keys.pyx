"""A random key for the hash tables that a text or a file can fill.

Without one, a text could be made of words that all want the same slot, and a lookup would take time
in proportion to their number. Each table copies the key when it is made. No result depends on it.
"""

import os
import struct

cdef uint64_t[KEY_WORDS] words
hash_key_words = words


def _set_hash_key(key=None):
    """Set the key of tables that are made from now on; for tests.

    Args:
        key: 32 bytes; None draws them at random.

    Raises:
        ValueError: The key has another length.
    """
    key = os.urandom(8 * KEY_WORDS) if key is None else key
    if len(key) != 8 * KEY_WORDS:
        raise ValueError(f"a key of hash tables has {8 * KEY_WORDS} bytes, got {len(key)}")
    for i, word in enumerate(struct.unpack(f"<{KEY_WORDS}Q", key)):
        words[i] = word | (i & 1)


_set_hash_key()
