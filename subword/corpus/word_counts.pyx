"""Count words: unique words with 64-bit counts, in flat memory, from any number of threads or
machines.

Nothing is allocated per word (see word_table.pyx), so ten million words cost little more than their
slots.
"""

import os
import struct
import zlib
from collections.abc import Mapping

cimport cython
from libc.stdint cimport INT64_MAX, uint8_t, uint64_t
from libc.string cimport memcpy

from subword._core.atomic_file import atomic_file

from subword._core.pipeline cimport Span
from subword.corpus._word_listing cimport WordListing, listing
from subword.corpus.word_table cimport (
    Slot, slot_word, table_count, table_find, table_free, table_reserve, table_slot, table_steps,
    visit_next,
)

cdef bytes utf8(object word):
    """Return the UTF-8 bytes of a word given as str or bytes; ValueError when it is not text."""
    if isinstance(word, str):
        try:
            return (<str>word).encode()
        except UnicodeEncodeError as error:
            raise ValueError(
                f"the word {word!r} is not text: {error.reason} at character "
                f"{error.start}") from None
    if isinstance(word, bytes):
        try:
            (<bytes>word).decode()
        except UnicodeDecodeError as error:
            raise ValueError(
                f"the word {word!r} is not UTF-8: {error.reason} at byte {error.start}") from None
        return word
    raise TypeError(f"a word must be str or bytes, got {type(word).__name__}: {word!r}")


MAGIC = b"subwordc"
VERSION = 2    # 1 where no pipeline is known: programs that know no other version read that
# magic, version, crc32 of the rest, words, sum of counts, bytes of text
HEADER = struct.Struct("<8sIIQQQ")


@cython.final
cdef class WordCounts:
    """Unique words with 64-bit counts.

    Adding tables made from parts of a corpus gives the table of the whole, whatever the parts and
    their order; everything that lists words does it in a fixed order, so results never depend on
    threads or machines.

    Args:
        counts: A mapping from word (str, or bytes of valid UTF-8) to count, a whole number of at
            least 0. Empty words and words with count 0 are left out.

    Attributes:
        pipeline: What made words of text, as `WordStages.description` says it; None where that is
            not known. It is kept in files, and training asks for the same.

    Raises:
        ValueError: A count is negative, not a whole number or 2**63 and more, or a word is not
            valid text.
        TypeError: `counts` is not a mapping or a word is neither str nor bytes.

    Example:
        >>> counts = WordCounts({"hug": 10, "pug": 5})
        >>> counts.add("hug", 2)
        >>> (counts + WordCounts({"bun": 4})).most_common(2)
        [('hug', 12), ('pug', 5)]
    """

    def __init__(self, counts=None):
        if counts is not None:
            self.update(counts)

    def __dealloc__(self):
        table_free(&self.table)

    cdef int add_word(self, const uint8_t* word, Py_ssize_t size, uint64_t count) except -1 nogil:
        table_slot(&self.table, word, size, word + size).value += count
        self.total_count += count
        return 0

    cdef int add_spans(
        self, const uint8_t* data, const uint8_t* limit, const Span* spans, Py_ssize_t size
    ) except -1 nogil:
        table_count(&self.table, data, limit, spans, size)
        self.total_count += size
        return 0

    cdef int add_table(self, WordCounts other) except -1:
        cdef uint8_t[16] scratch
        cdef Py_ssize_t size
        cdef size_t _i, at = 0
        cdef const uint8_t* word
        if other is self:
            return self.add_table(self.copy())
        self._check_total(other.total_count)
        if self.pipeline is None:
            self.pipeline = other.pipeline
        elif other.pipeline is not None and other.pipeline != self.pipeline:
            raise ValueError(
                f"counts of other words cannot be added: made with {other.pipeline}, these with "
                f"{self.pipeline}")
        with nogil:
            for _i in range(other.table.capacity):
                if other.table.slots[at].hi:
                    word = slot_word(&other.table, other.table.slots + at, scratch, &size)
                    self.add_word(word, size, other.table.slots[at].value)
                at = visit_next(&other.table, at)
        return 0

    def _check_total(self, more):
        if self.total_count + more > INT64_MAX:
            raise ValueError(
                f"the sum of all counts must stay below 2**63, got {self.total_count + more}")

    def add(self, word, count=1):
        """Add `count` to the count of one word.

        Args:
            word: The word, as str or as bytes of valid UTF-8.
            count: A whole number from 0 to 2**63 - 1.

        Raises:
            ValueError: The count is negative, not a whole number or too large, or the word is not
            valid text.
        """
        cdef bytes data = utf8(word)
        if isinstance(count, bool) or not hasattr(count, "__index__"):
            raise ValueError(f"the count of {word!r} must be a whole number, got {count!r}")
        value = count.__index__()
        if not 0 <= value <= INT64_MAX:
            raise ValueError(
                f"the count of {word!r} must be at least 0 and below 2**63, got {value}")
        self._check_total(value)
        if value and data:
            self.add_word(<const uint8_t*><const char*>data, len(data), value)

    def update(self, counts):
        """Add all counts of a mapping or of another table. See the class for the errors.

        When a count is refused the table is left as it was.
        """
        cdef WordCounts other
        if isinstance(counts, WordCounts):
            self.add_table(counts)
            return
        if not isinstance(counts, Mapping):
            raise TypeError(
                f"counts must be a mapping from word to count, got {type(counts).__name__}")
        other = WordCounts()
        for word, count in counts.items():
            other.add(word, count)
        self.add_table(other)

    def copy(self):
        """Return an independent copy."""
        cdef WordCounts result = WordCounts()
        table_reserve(&result.table, self.table.used)
        result.add_table(self)
        return result

    def clear(self):
        """Remove all words and free their memory."""
        table_free(&self.table)
        self.total_count = 0

    def prune(self, min_count):
        """Drop the words seen fewer than `min_count` times.

        Returns:
            How many words were dropped.
        """
        cdef WordCounts kept = WordCounts()
        cdef uint64_t lowest = max(min_count, 0)
        cdef uint8_t[16] scratch
        cdef Py_ssize_t size
        cdef size_t _i, at = 0, before = self.table.used
        cdef const uint8_t* word
        with nogil:
            for _i in range(self.table.capacity):
                if self.table.slots[at].hi and self.table.slots[at].value >= lowest:
                    word = slot_word(&self.table, self.table.slots + at, scratch, &size)
                    kept.add_word(word, size, self.table.slots[at].value)
                at = visit_next(&self.table, at)
        self.table, kept.table = kept.table, self.table
        self.total_count = kept.total_count
        return before - self.table.used

    @property
    def total(self):
        """The sum of all counts."""
        return self.total_count

    def most_common(self, n=None):
        """Return the `n` most frequent words with their counts, all without `n`; ties in byte
        order."""
        cdef WordListing words = listing(&self.table, True)
        cdef size_t i, size = words.size if n is None else min(words.size, max(n, 0))
        return [(words.entries[i].word[:words.entries[i].size].decode(), words.entries[i].count)
                for i in range(size)]

    def _steps(self):
        """Return the steps from slot to slot that finding every word once takes; for tests."""
        return table_steps(&self.table)

    def items(self):
        """Iterate over (word, count), the most frequent first."""
        return iter(self.most_common())

    def __iter__(self):
        return iter([word for word, _ in self.most_common()])

    def __len__(self):
        return self.table.used

    def __contains__(self, word):
        cdef bytes data = utf8(word)
        return bool(data) and table_find(&self.table, data, len(data)) != NULL

    def __getitem__(self, word):
        """Return the count of a word; 0 when it was never seen."""
        cdef bytes data = utf8(word)
        cdef Slot* slot = table_find(&self.table, data, len(data)) if data else NULL
        return 0 if slot == NULL else slot.value

    def __add__(self, other):
        if not isinstance(other, WordCounts):
            return NotImplemented
        result = self.copy()
        result.update(other)
        return result

    def __iadd__(self, other):
        if not isinstance(other, WordCounts):
            return NotImplemented
        self.add_table(other)
        return self

    def __eq__(self, other):
        if not isinstance(other, WordCounts):
            return NotImplemented
        return (
            self.table.used == (<WordCounts>other).table.used
            and self.total_count == (<WordCounts>other).total_count
            and self._body() == (<WordCounts>other)._body()
        )

    __hash__ = None

    def __repr__(self):
        return f"<WordCounts: {self.table.used} words, {self.total_count} in all>"

    cdef bytes _body(self):
        """Return the words in their order: their counts, their sizes and their bytes."""
        cdef WordListing words = listing(&self.table, False)
        cdef size_t i, text = 0, n = words.size
        cdef bytes body
        cdef uint8_t* p
        cdef int k
        for i in range(n):
            text += words.entries[i].size
        body = bytes(12 * n + text)
        p = <uint8_t*><char*>body
        for i in range(n):
            for k in range(8):
                p[8 * i + k] = <uint8_t>(words.entries[i].count >> (8 * k))
            for k in range(4):
                p[8 * n + 4 * i + k] = <uint8_t>(<uint64_t>words.entries[i].size >> (8 * k))
        p += 12 * n
        for i in range(n):
            memcpy(p, words.entries[i].word, words.entries[i].size)
            p += words.entries[i].size
        return body

    def to_bytes(self):
        """Return the table as bytes, the same for equal tables of one pipeline: the content of the
        file that `save` writes."""
        cdef bytes body = self._body()
        text, version = len(body) - 12 * self.table.used, 1
        if self.pipeline is not None:
            record = self.pipeline.encode()
            body, version = body + record + len(record).to_bytes(4, "little"), VERSION
        return HEADER.pack(MAGIC, version, zlib.crc32(body), self.table.used, self.total_count,
                           text) + body

    @staticmethod
    def from_bytes(data, name="counts"):
        """Build a table from the bytes of `to_bytes`; errors call them `name`.

        Raises:
            ValueError: The bytes are not a table of this version, cut off or damaged.
        """
        cdef WordCounts result = WordCounts()
        cdef bytes body
        cdef const uint8_t* p
        cdef size_t i, words, used = 0
        cdef uint64_t count, size
        cdef int k
        if len(data) < HEADER.size or data[:8] != MAGIC:
            raise ValueError(
                f"{name}: not a file of word counts (it does not begin with {MAGIC!r})")
        _, version, crc, n, total, text = HEADER.unpack_from(data)
        if not 1 <= version <= VERSION:
            raise ValueError(
                f"{name}: word counts of version {version}, this program reads up to version "
                f"{VERSION}")
        body = bytes(data[HEADER.size:])
        end = max(0, len(body) - 4)     # of the pipeline; behind it stands its size
        record = 4 + int.from_bytes(body[end:], "little") if version > 1 else 0
        if len(body) != 12 * n + text + record:
            raise ValueError(
                f"{name}: cut off or too long: expected {12 * n + text + record} bytes of counts, "
                f"got {len(body)}")
        if zlib.crc32(body) != crc:
            raise ValueError(
                f"{name}: damaged: its check sum is {zlib.crc32(body):#x}, expected {crc:#x}")
        words = n
        table_reserve(&result.table, words)
        p = <const uint8_t*><const char*>body
        for i in range(words):
            count = size = 0
            for k in range(8):
                count |= <uint64_t>p[8 * i + k] << (8 * k)
            for k in range(4):
                size |= <uint64_t>p[8 * words + 4 * i + k] << (8 * k)
            if size == 0 or used + size > <size_t>text:
                raise ValueError(f"{name}: damaged: word {i} is empty or ends after the text")
            result.add_word(p + 12 * words + used, size, count)
            used += size
        if result.total_count != total or result.table.used != words:
            raise ValueError(f"{name}: damaged: the counts do not add up to {total}")
        if record:
            result.pipeline = body[12 * n + text:end].decode()
        return result

    def __reduce__(self):
        return WordCounts.from_bytes, (self.to_bytes(),)

    def save(self, path):
        """Write the table to a file, which appears complete or not at all.

        Raises:
            OSError: The file cannot be written.
        """
        with atomic_file(path, sync=True) as file:
            file.write(self.to_bytes())

    @staticmethod
    def load(path):
        """Read a table that `save` wrote.

        Raises:
            OSError: The file cannot be read.
            ValueError: It is not a file of word counts, of another version, cut off or damaged.
        """
        with open(path, "rb") as file:
            return WordCounts.from_bytes(file.read(), os.fspath(path))
