"""Batches of documents to flat numpy arrays, on any number of threads.

Documents are grouped into units of some 256 KiB, which threads claim in order. A thread that
finishes a unit appends, under a lock, all units that are next in order: the result is the same on
any number of threads, and no thread waits for another. The threads are Python threads that run
without the GIL. A small batch stays on the calling thread.
"""

import threading

import numpy as np

from cpython.exc cimport PyErr_CheckSignals
from cpython.pythread cimport (
    PyThread_acquire_lock, PyThread_allocate_lock, PyThread_free_lock, PyThread_release_lock,
    PyThread_type_lock,
)
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset
from numpy cimport (
    NPY_INT64, NPY_UINT32, PyArray_DATA, PyArray_EMPTY, import_array, npy_intp,
)

from subword._core.pipeline cimport MAX_TEXT_BYTES, out_of_memory
from subword.encode._result_memory cimport adopt_array, reuse_buffer
from subword.encode.documents cimport MAX_BYTES_WITH_GIL, Documents
from subword.encode.encoder cimport Encoder
from subword.encode.rows cimport SMALL_BATCH_BYTES, encode_documents, encode_to_scratch
from subword.encode.worker cimport (
    Output, RowPlan, Worker, output_expect, output_free, output_reserve,
)

from subword._core.threads import available_threads

import_array()

cdef object UINT32 = np.dtype(np.uint32), INT32 = np.dtype(np.int32), INT64 = np.dtype(np.int64)

cdef enum:
    UNIT = 1 << 18                  # bytes of text a thread takes at a time
    MIN_BYTES_PER_THREAD = 1 << 18  # of text: for less, a thread costs more than it saves


cdef class EncodeJob:
    """One batch: its documents, its units of work, and the result so far."""

    cdef Encoder encoder
    cdef Documents documents
    cdef Py_ssize_t max_ids
    cdef bint with_offsets
    cdef uint64_t seed, first            # of what is drawn at random; the first text's number
    cdef Output result
    cdef uint32_t* prefix
    cdef uint32_t* suffix
    cdef Py_ssize_t prefix_size, suffix_size
    cdef int64_t* row_splits
    cdef Py_ssize_t units
    cdef Py_ssize_t* unit_starts         # first document of each unit, and one more
    cdef Output* outputs                 # of units that are done, until they are appended
    cdef uint8_t* done
    cdef bint single_threaded            # units go straight to the result
    cdef Py_ssize_t next_unit, next_append
    cdef PyThread_type_lock lock
    cdef bint stop
    cdef Py_ssize_t bad_document, bad_position
    cdef object error

    def __cinit__(self):
        self.lock = PyThread_allocate_lock()
        self.bad_document = -1

    def __dealloc__(self):
        cdef Py_ssize_t i
        output_free(&self.result)
        if self.outputs != NULL:
            for i in range(self.units):
                output_free(&self.outputs[i])
        free(self.outputs)
        free(self.done)
        free(self.unit_starts)
        free(self.prefix)
        free(self.row_splits)
        PyThread_free_lock(self.lock)

    cdef int make_units(self) except -1:
        """Group the documents into units of about UNIT bytes."""
        cdef Py_ssize_t i, taken = 0
        self.unit_starts = <Py_ssize_t*>malloc((self.documents.size + 2) * sizeof(Py_ssize_t))
        if self.unit_starts == NULL:
            return out_of_memory()
        self.unit_starts[0] = 0
        for i in range(self.documents.size):
            taken += self.documents.data[i].size * (self.documents.data[i].bytes_per_char + 1)
            if taken >= UNIT or i + 1 == self.documents.size:
                self.units += 1
                self.unit_starts[self.units] = i + 1
                taken = 0
        return 0

    def run(self):
        """Claim and encode units until none is left: what each thread does."""
        cdef Worker worker = self.encoder.workers.borrow()
        cdef Py_ssize_t unit
        cdef Output out
        memset(&out, 0, sizeof(Output))
        out.with_offsets = self.with_offsets
        out.with_word_ids = self.result.with_word_ids
        cdef Output* target = &self.result if self.single_threaded else &out
        try:
            worker.prepare(self.with_offsets, False)
            while not self.stop:
                PyErr_CheckSignals()
                with nogil:
                    PyThread_acquire_lock(self.lock, 1)
                    unit = self.next_unit
                    self.next_unit += 1
                    PyThread_release_lock(self.lock)
                    if unit < self.units:
                        self.encode_range(worker, self.unit_starts[unit],
                                          self.unit_starts[unit + 1], target)
                        if not self.single_threaded:
                            self.append_ready_units(unit, &out)
                if unit >= self.units:
                    break
        except BaseException as error:
            self.stop = True
            self.error = self.error or error
        finally:
            output_free(&out)
            self.encoder.workers.give_back(worker)

    cdef int append_ready_units(self, Py_ssize_t unit, Output* out) except -1 nogil:
        """Hand over the output of a unit; append all units that are next in order."""
        cdef Output spare
        cdef Output* ready
        memset(&spare, 0, sizeof(Output))
        spare.with_offsets = self.with_offsets
        spare.with_word_ids = self.result.with_word_ids
        PyThread_acquire_lock(self.lock, 1)
        try:
            self.outputs[unit] = out[0]
            self.done[unit] = 1
            out[0] = spare
            while self.next_append < self.units and self.done[self.next_append]:
                ready = &self.outputs[self.next_append]
                if ready.size:
                    output_reserve(&self.result, ready.size)
                    memcpy(self.result.ids + self.result.size, ready.ids,
                           ready.size * sizeof(uint32_t))
                    if self.with_offsets:
                        memcpy(self.result.offsets + 2 * self.result.size, ready.offsets,
                               2 * ready.size * sizeof(int32_t))
                    if self.result.with_word_ids:
                        memcpy(self.result.words + self.result.size, ready.words,
                               ready.size * sizeof(int32_t))
                self.result.size += ready.size
                if out.ids == NULL:
                    out[0] = ready[0]      # its memory is in the cache: reuse it for the next unit
                    out.size = 0
                    memset(ready, 0, sizeof(Output))
                else:
                    output_free(ready)
                self.next_append += 1
        finally:
            PyThread_release_lock(self.lock)
        return 0

    cdef int encode_range(self, Worker worker, Py_ssize_t first, Py_ssize_t last,
                          Output* out) except -1 nogil:
        """Encode the documents [first, last); row_splits[i + 1] becomes the count of document i."""
        cdef Py_ssize_t position = 0, wrong
        worker.row_plan = RowPlan(self.row_splits + first + 1, last - first, 0, self.max_ids,
                                  self.prefix, self.suffix, self.prefix_size, self.suffix_size)
        worker.seed = self.seed
        worker.next_text = self.first + first
        wrong = encode_documents(self.encoder, worker, self.documents.data + first,
                                 self.documents.unchecked, out, &position)
        return self.report_invalid(first + wrong, position) if wrong >= 0 else 0

    cdef int report_invalid(self, Py_ssize_t document, Py_ssize_t position) noexcept nogil:
        """Stop because a document is invalid.

        Of several, the first in order is kept, whichever is found first: units are claimed in
        order, so threads that still work can only find earlier ones.
        """
        PyThread_acquire_lock(self.lock, 1)
        if self.bad_document < 0 or document < self.bad_document:
            self.bad_document = document
            self.bad_position = position
        self.stop = True
        PyThread_release_lock(self.lock)
        return 0


def texts_to_arrays(Encoder encoder not None, list texts not None, bint with_offsets=False,
                    threads=None, max_ids=None, prefix=(), suffix=(), bint with_word_ids=False,
                    seed=None, uint64_t first=0):
    """Encode a list of str.

    Args:
        encoder: The stages.
        texts: The documents. No other thread may change the list during the call.
        with_offsets: Also return offsets.
        threads: How many threads may work; None for every core of this process.
        max_ids: Keep at most this many ids of each document, not counting `prefix` and `suffix`.
        prefix, suffix: Ids to put before and after each document.
        with_word_ids: Together with offsets, also return word indices.
        seed: For a model that draws at random; None for a new one.
        first: The number of the first text among those of the seed.

    Returns:
        (ids uint32 (n,), row_splits int64 (len(texts) + 1,), offsets int32 (n, 2) or None, word
        indices int32 (n,) or None); a prefix or suffix id has offsets (0, 0) and word -1.

    Raises:
        TypeError: A text is not a str.
        ValueError: A text holds a lone surrogate, or more than 2**31 - 1 bytes.
    """
    cdef Documents documents = Documents.of_list(texts)
    if documents.total <= SMALL_BATCH_BYTES and not with_offsets:
        thread_count(threads, documents.total)
        return small_to_arrays(encoder, documents, max_ids, prefix, suffix, seed, first)
    return documents_to_arrays(encoder, documents, with_offsets, with_word_ids, threads, max_ids,
                               prefix, suffix, seed, first)


def buffers_to_arrays(Encoder encoder not None, list buffers not None, bytes separator=None,
                      bint with_offsets=False, threads=None, max_ids=None, prefix=(), suffix=()):
    """Encode the documents in buffers of UTF-8, without a Python object for each.

    Args:
        encoder, with_offsets, threads, max_ids, prefix, suffix: See `texts_to_arrays`.
        buffers: bytes, mmap or the like.
        separator: The bytes between the documents of a buffer; a separator at its end begins no
            document. None: each buffer is one document.

    Returns:
        As `texts_to_arrays`.

    Raises:
        NotUTF8: A buffer is not UTF-8.
        ValueError: The separator is empty, or a document has more than 2**31 - 1 bytes.
    """
    if separator is not None and not separator:
        raise ValueError("a separator must not be empty")
    return documents_to_arrays(encoder, Documents.of_buffers(buffers, separator), with_offsets,
                               False, threads, max_ids, prefix, suffix, None, 0)


def any_longer(list texts not None, Py_ssize_t size):
    """Return whether one of the texts is a str of at least `size` characters."""
    for text in texts:
        if isinstance(text, str) and len(<str>text) >= size:
            return True
    return False


cdef Py_ssize_t thread_count(threads, Py_ssize_t total) except -1:
    """Return how many threads are worth it, of those allowed; None allows one for each core."""
    if threads is not None and threads < 1:
        raise ValueError(f"threads must be at least 1, got {threads}")
    if total < 2 * MIN_BYTES_PER_THREAD:
        return 1
    return min(available_threads() if threads is None else threads, total // MIN_BYTES_PER_THREAD)


cdef tuple documents_to_arrays(Encoder encoder, Documents documents, bint with_offsets,
                               bint with_word_ids, threads, max_ids, prefix, suffix, seed,
                               uint64_t first):
    """Encode documents; see `texts_to_arrays`."""
    cdef EncodeJob job = EncodeJob.__new__(EncodeJob)
    cdef Py_ssize_t i
    cdef Worker worker
    job.encoder = encoder
    job.seed = encoder.seed_of(seed)
    job.first = first
    job.documents = documents
    job.with_offsets = with_offsets
    job.result.with_offsets = with_offsets
    job.result.with_word_ids = with_offsets and with_word_ids
    job.max_ids = MAX_TEXT_BYTES if max_ids is None else max_ids
    job.prefix_size = len(prefix)
    job.suffix_size = len(suffix)
    job.prefix = affix_ids(prefix, suffix)
    job.suffix = job.prefix + job.prefix_size
    job.row_splits = <int64_t*>malloc((documents.size + 1) * sizeof(int64_t))
    if job.row_splits == NULL:
        raise MemoryError("no memory for the row splits")
    i = thread_count(threads, documents.total)
    if documents.total <= MAX_BYTES_WITH_GIL:
        worker = encoder.workers.borrow()
        worker.prepare(with_offsets, False)
        try:
            job.encode_range(worker, 0, documents.size, &job.result)
        finally:
            encoder.workers.give_back(worker)
    else:
        run_job(job, i)
    if job.bad_document >= 0:
        raise documents.error(job.bad_document, job.bad_position)
    job.row_splits[0] = 0
    for i in range(documents.size):
        job.row_splits[i + 1] += job.row_splits[i]
    return take_arrays(job)


cdef uint32_t* affix_ids(prefix, suffix) except NULL:
    """Return the ids of a prefix and then those of a suffix, malloc'ed."""
    cdef Py_ssize_t i = 0
    cdef uint32_t* ids = <uint32_t*>malloc((len(prefix) + len(suffix) + 1) * sizeof(uint32_t))
    if ids == NULL:
        raise MemoryError("no memory for the ids around a text")
    for id in (*prefix, *suffix):
        ids[i] = id
        i += 1
    return ids


cdef tuple small_to_arrays(Encoder encoder, Documents documents, max_ids, prefix, suffix, seed,
                           uint64_t first):
    """Encode at most SMALL_BATCH_BYTES of documents; see `texts_to_arrays`."""
    cdef Worker worker
    cdef int64_t* splits
    cdef npy_intp size = documents.size + 1
    cdef Py_ssize_t i
    cdef RowPlan plan
    cdef uint32_t* affixes = affix_ids(prefix, suffix)
    row_splits = PyArray_EMPTY(1, &size, NPY_INT64, 0)
    splits = <int64_t*>PyArray_DATA(row_splits)
    plan = RowPlan(splits + 1, documents.size, 0,
                   MAX_TEXT_BYTES if max_ids is None else max_ids, affixes,
                   affixes + len(prefix), len(prefix), len(suffix))
    worker = encoder.workers.borrow()
    try:
        encode_to_scratch(encoder, worker, documents, &plan, encoder.seed_of(seed), first)
        splits[0] = 0
        for i in range(documents.size):
            splits[i + 1] += splits[i]
        size = worker.scratch.size
        ids = PyArray_EMPTY(1, &size, NPY_UINT32, 0)
        if size:
            memcpy(PyArray_DATA(ids), worker.scratch.ids, size * sizeof(uint32_t))
        return ids, row_splits, None, None
    finally:
        encoder.workers.give_back(worker)
        free(affixes)


cdef tuple take_arrays(EncodeJob job):
    """Give the result of a job to numpy."""
    cdef Output* out = &job.result
    count = out.size
    ids = adopt_array(<void**>&out.ids, count, sizeof(uint32_t), UINT32, out.reserved)
    splits = adopt_array(<void**>&job.row_splits, job.documents.size + 1, sizeof(int64_t), INT64,
                         job.documents.size + 1)
    if not job.with_offsets:
        return ids, splits, None, None
    offsets = adopt_array(<void**>&out.offsets, 2 * count, sizeof(int32_t), INT32,
                          2 * out.reserved).reshape(-1, 2)
    if not out.with_word_ids:
        return ids, splits, offsets, None
    return ids, splits, offsets, adopt_array(<void**>&out.words, count, sizeof(int32_t), INT32,
                                             out.reserved)


cdef run_job(EncodeJob job, Py_ssize_t threads):
    """Run the units of a job on `threads` threads, the caller's among them."""
    job.make_units()
    job.outputs = <Output*>malloc(max(job.units, 1) * sizeof(Output))
    job.done = <uint8_t*>malloc(max(job.units, 1))
    if job.outputs == NULL or job.done == NULL:
        raise MemoryError("no memory for the units of a batch")
    memset(job.outputs, 0, job.units * sizeof(Output))
    memset(job.done, 0, job.units)
    reuse_buffer(&job.result, job.documents.total // 8)
    expected = job.documents.total // 4 + 1024
    if job.result.reserved < expected:
        output_expect(&job.result, expected)
    threads = min(threads, job.units)
    job.single_threaded = threads == 1
    helpers = [threading.Thread(target=job.run, daemon=True) for _ in range(threads - 1)]
    try:
        for helper in helpers:
            helper.start()
        job.run()
        for helper in helpers:
            helper.join()
    finally:
        job.stop = True    # after Ctrl-C in join() the helpers stop after their current document
    if job.error is not None:
        raise job.error
