"""Unigram: find the pieces that cut words best by likelihood (Kudo 2018, "Subword Regularization",
section 3.2), as sentencepiece does it.

Start with very many pieces (_seed_pieces.pyx); give them the probabilities that make the words most
likely (expectation and maximisation over all segmentations); drop those that the words can do
without most easily; again, until the vocabulary has the size wanted.
"""

import math
import warnings

import numpy as np

from libc.stdint cimport uint8_t, uint32_t
from libc.stdlib cimport free
from libc.string cimport memset

from subword._core.pipeline cimport grow, reallocate
from subword.corpus.word_counts cimport WordCounts
from subword.corpus.word_table cimport Slot, slot_word
from subword.trainers._alphabet cimport Alphabet
from subword.trainers._piece_training cimport PieceTraining
from subword.trainers._prefix_tree cimport PrefixTree, SymbolString
from subword.trainers._seed_pieces cimport seed_pieces

from subword.trainers.options import check_integer, check_options

cdef enum:
    FORMS = 4    # see _alphabet.pyx

# Pieces are dropped in rounds until so many times the wanted ones are left.
ROOM = 1.1


cdef struct Segments:
    SymbolString* data
    Py_ssize_t size
    Py_ssize_t capacity
    uint32_t* symbols
    size_t symbols_size


cdef int add_word(WordCounts counts, Slot* slot, Alphabet alphabet,
                  Segments* words) except -1 nogil:
    """Add a word. A character that is not kept cuts it in two."""
    cdef uint8_t[16] scratch
    cdef Py_ssize_t size, i = 0
    cdef const uint8_t* word = slot_word(&counts.table, slot, scratch, &size)
    cdef uint32_t symbol = 0
    cdef size_t start = words.symbols_size
    cdef int length
    while i <= size:
        symbol = 0
        if i < size:
            symbol = alphabet.symbols[FORMS * alphabet.next_code(word + i, &length)]
        else:
            length = 1
        i += length
        if symbol:
            words.symbols[words.symbols_size] = symbol
            words.symbols_size += 1
        elif words.symbols_size > start:
            if words.size == words.capacity:
                words.data = <SymbolString*>grow(
                    words.data, &words.capacity, words.size + 1, sizeof(SymbolString))
            words.data[words.size].start = start
            words.data[words.size].size = <uint32_t>(words.symbols_size - start)
            words.data[words.size].value = slot.value
            words.size += 1
            start = words.symbols_size
    return 0


cdef PrefixTree tree_of_words(WordCounts counts, Alphabet alphabet, size_t total, uint32_t highest):
    """Return the prefixes of all words, which have `total` characters."""
    cdef PrefixTree tree = PrefixTree(highest)
    cdef Segments words
    cdef size_t i
    cdef Slot* slot
    memset(&words, 0, sizeof(Segments))
    try:
        with nogil:
            words.symbols = <uint32_t*>reallocate(NULL, max(total, <size_t>1) * sizeof(uint32_t))
            for i in range(counts.table.capacity):
                slot = counts.table.slots + i
                if slot.hi and slot.value:
                    add_word(counts, slot, alphabet, &words)
            tree.build(words.symbols, words.data, words.size)
    finally:
        free(words.data)
        free(words.symbols)
    return tree


def train_unigram(counts, vocab_size=8000, *, min_frequency=2, special_tokens=(),
                  limit_alphabet=None, initial_alphabet=(), shrinking_factor=0.75,
                  n_sub_iterations=2, max_piece_length=16, seed_size=1_000_000,
                  whole_alphabet=False, threads=None, progress=None, consume=False):
    """Learn the pieces of a Unigram model and their scores.

    The result depends on nothing but the counts and the options.

    Args:
        counts: `WordCounts`.
        vocab_size: Tokens wanted, special tokens and alphabet included.
        min_frequency: How often a string must occur in all words to be a piece to start with: in
            different words, or as often as a piece of the vocabulary on average. Characters always
            are.
        special_tokens: Strings that take the first ids, at score 0. They are no pieces.
        limit_alphabet: Keep only this many characters, the most frequent; of equals those with the
            smallest code point. Other characters cut their words.
        initial_alphabet: Characters (the first of each string) in the alphabet whether seen or not.
        shrinking_factor: Which part of the pieces a round of pruning leaves; above 0, below 1.
        n_sub_iterations: How often probabilities are computed anew in each round.
        max_piece_length: Most characters of a piece.
        seed_size: Pieces to start with, at most.
        whole_alphabet: A `vocab_size` below the alphabet gives the alphabet, and a table without
            words the initial one; else both are errors.
        threads: How many threads may work, None for every core. The result never depends on it.
        progress: Called with the number of tokens so far, as it were: from 0 to `vocab_size`.
        consume: Empty `counts` once they have been read, to save memory.

    Returns:
        (piece, score) by id: the special tokens, then the pieces, the highest score first. A score
        is the logarithm of a probability.

    Raises:
        TypeError: An option has the wrong type.
        ValueError: An option is out of range, there are no words, or `vocab_size` is below the
            alphabet.

    Warns:
        UserWarning: There are fewer pieces than asked for.

    Example:
        >>> from subword.corpus.word_counts import WordCounts
        >>> counts = WordCounts({"hug": 10, "pug": 5, "hugs": 5, "bugs": 4})
        >>> [piece for piece, _ in train_unigram(counts, 7)]
        ['hug', 's', 'ug', 'g', 'p', 'b', 'u', 'h']
    """
    cdef Alphabet alphabet
    cdef PrefixTree words
    cdef PieceTraining training
    cdef size_t total
    specials, initial = check_options(
        counts, vocab_size, limit_alphabet, None, special_tokens, initial_alphabet, whole_alphabet)
    specials = list(dict.fromkeys(specials))
    for name, value, lowest, highest in (
        ("min_frequency", min_frequency, 0, 2**63),
        ("n_sub_iterations", n_sub_iterations, 1, 2**31),
        ("max_piece_length", max_piece_length, 1, 2**16), ("seed_size", seed_size, 1, 2**31),
    ):
        check_integer(name, value, lowest, highest)
    if isinstance(shrinking_factor, bool) or not isinstance(shrinking_factor, (int, float)):
        raise TypeError(
            f"shrinking_factor must be a float, got {type(shrinking_factor).__name__}: "
            f"{shrinking_factor!r}")
    if not 0 < shrinking_factor < 1:
        raise ValueError(f"shrinking_factor must be above 0 and below 1, got {shrinking_factor}")
    alphabet = Alphabet(False, False, False)
    total = alphabet.count_words(counts)
    initial = {ord(text[0]) for text in initial}
    codes = alphabet.select(limit_alphabet, initial)
    characters = [chr(code) for code in codes]
    kept = dict(zip(characters, range(len(characters))))
    alphabet.assign_forms(kept, kept.__getitem__, "", "")
    wanted = vocab_size - len(specials)
    # A special token of one character is no piece, though words are cut into it as well.
    needed = len(set(characters) - set(specials))
    if wanted < needed and not whole_alphabet:
        raise ValueError(
            f"vocab_size must be at least {needed + len(specials)} ({needed} characters + "
            f"{len(specials)} special tokens), got {vocab_size}")
    words = tree_of_words(counts, alphabet, total, len(characters))
    counted = counts.total
    if consume:
        counts.clear()
    pieces = {}
    if words.size > 1:
        often = max(counted // max(wanted, 1), 2)
        training = PieceTraining(
            words, seed_pieces(words, max_piece_length, seed_size, min_frequency, often), threads)
        # Characters that are special tokens are pieces during training, unseen ones are not.
        for code in codes:
            if not alphabet.occurrences(code):
                wanted -= chr(code) not in specials
            else:
                wanted += chr(code) in specials
        wanted = max(wanted, int(training.singles.sum()))
        _shrink(training, characters, set(specials), wanted, shrinking_factor, n_sub_iterations,
                progress)
        pieces = _scored(training, characters)
    lowest = min(pieces.values(), default=0.0)
    for character in characters:
        pieces.setdefault(character, lowest)
    for token in specials:
        pieces.pop(token, None)
    if len(pieces) + len(specials) < vocab_size:
        warnings.warn(
            f"candidates ran out: the vocabulary has {len(pieces) + len(specials)} tokens, "
            f"{vocab_size} were asked for", stacklevel=1)
    by_score = sorted(pieces.items(), key=lambda item: (-item[1], item[0]))
    return [*((token, 0.0) for token in specials), *by_score]


def _text(PieceTraining training, characters, piece):
    return "".join([characters[symbol - 1] for symbol in training.symbols_of(piece)])


def _scored(PieceTraining training, characters):
    """Return each piece with its score."""
    scores = training.scores.tolist()
    return {_text(training, characters, piece): scores[piece] for piece in range(training.size)}


def _shrink(PieceTraining training, characters, specials, wanted, shrinking_factor,
            n_sub_iterations, progress):
    """Prune until there are `wanted` pieces, none of more than one character a special token."""
    room = int(wanted * ROOM) + sum([len(token) > 1 for token in specials])
    start = training.size

    def report(done):
        if progress is not None:
            progress(int(wanted * done))

    while True:
        for _ in range(n_sub_iterations):
            training.maximise()
        if training.size <= room:
            break
        training.prune(max(room, int(training.size * shrinking_factor)))
        report(1 - math.log(max(training.size, room) / room) / math.log(start / room)
               if start > room else 1)
    is_special = np.array([text in specials for text in _scored(training, characters)])
    training.keep(~is_special | training.singles)
    training.prune(wanted)
    for _ in range(n_sub_iterations):
        training.maximise(False)
    report(1)
