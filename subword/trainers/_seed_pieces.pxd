"""The pieces that training by likelihood starts from: see _seed_pieces.pyx."""

from libc.stdint cimport int64_t, uint32_t

from subword.trainers._pieces cimport PieceTable
from subword.trainers._prefix_tree cimport PrefixTree

# The `count` most promising pieces of at most `longest` symbols that occur at least `least` times,
# and in several different words or at least `often` times. Their weights are their first
# probabilities; `words.last` is filled.
cdef PieceTable seed_pieces(PrefixTree words, uint32_t longest, size_t count, int64_t least,
                            int64_t often)
