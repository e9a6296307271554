"""Limits of ids, tokens and texts. No other module states them."""

# Ids of tokens are at most MAX_ID, 2**32 - 2: the number after it says that there is no token. A
# text has at most MAX_TEXT_BYTES bytes of UTF-8. C code has both at compile time, in pipeline.pxd.
from subword._core.pipeline import MAX_ID as MAX_ID
from subword._core.pipeline import MAX_TEXT_BYTES as MAX_TEXT_BYTES

# Largest value of an array of ids, of a type id or of a padding id: they are uint32.
MAX_UINT32 = 2**32 - 1
# Characters of a token. The longest tokens of published vocabularies have some hundreds.
MAX_TOKEN_CHARS = 1 << 16
# A table with an entry for every id is made only if all ids are below this.
MAX_TABLE_IDS = 1 << 22
