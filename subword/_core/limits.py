"""What bounds the memory and the time that a hostile file can take."""

# Characters of a token. The longest of published vocabularies have some hundreds.
LONGEST_TOKEN = 1 << 16
# Ids are 32 bits wide, and the last one says that there is none.
MOST_IDS = 2**32 - 1
# Tables that have a place for every id are made as long as ids are below this.
LARGEST_TABLE = 1 << 22
