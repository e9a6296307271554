"""Batches of documents through an encoder, on any number of threads, into flat numpy arrays.

Documents are grouped into units of about a megabyte which threads claim in order; whoever finishes
a unit appends, under a lock and in order, every unit that is ready, so the result is the same on
any number of threads and nothing waits. The threads are Python threads that run without the GIL; a
small batch stays on the caller's.
"""

import threading

import numpy as np

from cpython.exc cimport PyErr_CheckSignals
from cpython.pythread cimport (
    PyThread_acquire_lock, PyThread_allocate_lock, PyThread_free_lock, PyThread_release_lock,
    PyThread_type_lock,
)
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset
from numpy cimport (
    NPY_INT64, NPY_UINT32, PyArray_DATA, PyArray_EMPTY, import_array, npy_intp,
)

from subword._core.pipeline cimport out_of_memory
from subword.encode._result_memory cimport as_array, take_spare
from subword.encode.documents cimport GIL_WORTH, HIGHEST, Documents
from subword.encode.encoder cimport Encoder
from subword.encode.rows cimport FEW, encode_few, encode_rows
from subword.encode.worker cimport Output, Rows, Worker, output_free, output_reserve

from subword._core.threads import available_threads

import_array()

cdef object UINT32 = np.dtype(np.uint32), INT32 = np.dtype(np.int32), INT64 = np.dtype(np.int64)

cdef enum:
    UNIT = 1 << 18                  # bytes of text a thread takes at a time
    THREAD_WORTH = 1 << 18          # bytes of text that pay for one more thread


cdef class Job:
    """One batch at work."""

    cdef Encoder encoder
    cdef Documents documents
    cdef Py_ssize_t most
    cdef bint full
    cdef Output result
    cdef uint32_t* prefix
    cdef uint32_t* suffix
    cdef Py_ssize_t prefix_size, suffix_size
    cdef int64_t* row_splits
    cdef Py_ssize_t units
    cdef Py_ssize_t* unit_starts         # first document of each unit, and one more
    cdef Output* outputs                 # of units that are done and not yet appended
    cdef uint8_t* done
    cdef bint alone                      # one thread: units go straight to the result
    cdef Py_ssize_t next_unit, next_append
    cdef PyThread_type_lock lock
    cdef bint stop
    cdef Py_ssize_t bad_document, bad_place
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

    cdef int cut_units(self) except -1:
        """Group the documents into units of about UNIT bytes."""
        cdef Py_ssize_t i, taken = 0
        self.unit_starts = <Py_ssize_t*>malloc((self.documents.size + 2) * sizeof(Py_ssize_t))
        if self.unit_starts == NULL:
            return out_of_memory()
        self.unit_starts[0] = 0
        for i in range(self.documents.size):
            taken += self.documents.data[i].size * (1 + self.documents.data[i].kind)
            if taken >= UNIT or i + 1 == self.documents.size:
                self.units += 1
                self.unit_starts[self.units] = i + 1
                taken = 0
        return 0

    def run(self):
        """Take units until none is left: what each thread does."""
        cdef Worker worker = self.encoder.borrow()
        cdef Py_ssize_t unit
        cdef Output out
        memset(&out, 0, sizeof(Output))
        out.full = self.full
        out.worded = self.result.worded
        cdef Output* target = &self.result if self.alone else &out
        try:
            worker.prepare(self.full)
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
                        if not self.alone:
                            self.finish_unit(unit, &out)
                if unit >= self.units:
                    break
        except BaseException as error:
            self.stop = True
            self.error = self.error or error
        finally:
            output_free(&out)
            self.encoder.pool.append(worker)

    cdef int finish_unit(self, Py_ssize_t unit, Output* out) except -1 nogil:
        """Hand over a unit's output; append all that are next in order."""
        cdef Output spare
        cdef Output* ready
        memset(&spare, 0, sizeof(Output))
        spare.full = self.full
        spare.worded = self.result.worded
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
                    if self.full:
                        memcpy(self.result.offsets + 2 * self.result.size, ready.offsets,
                               2 * ready.size * sizeof(int32_t))
                    if self.result.worded:
                        memcpy(self.result.words + self.result.size, ready.words,
                               ready.size * sizeof(int32_t))
                self.result.size += ready.size
                if out.ids == NULL:
                    out[0] = ready[0]      # its memory is warm: use it for the next unit
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
        """Encode the documents [first, last); row_splits[i + 1] gets document i's count of ids."""
        cdef Py_ssize_t place = 0, wrong
        worker.rows = Rows(self.row_splits + first + 1, last - first, 0, self.most, self.prefix,
                           self.suffix, self.prefix_size, self.suffix_size)
        wrong = encode_rows(self.encoder, worker, self.documents.data + first, self.documents.raw,
                            out, &place)
        return self.refuse(first + wrong, place) if wrong >= 0 else 0

    cdef int refuse(self, Py_ssize_t document, Py_ssize_t place) noexcept nogil:
        """Stop because of a document; of several, the first is remembered, whichever thread comes
        first.

        Units are handed out in order, so the threads that are at work may only find earlier ones.
        """
        PyThread_acquire_lock(self.lock, 1)
        if self.bad_document < 0 or document < self.bad_document:
            self.bad_document = document
            self.bad_place = place
        self.stop = True
        PyThread_release_lock(self.lock)
        return 0


def encode_texts(Encoder encoder not None, list texts not None, bint full=False,
                 threads=None, most=None, prefix=(), suffix=(), bint words=False):
    """Encode a list of str.

    Args:
        encoder: The stages.
        texts: The documents. A copy nobody else changes while the threads run.
        full: Also return places.
        threads: How many threads may work; None for every core of this process.
        most: Keep at most this many ids of each document, not counting `prefix` and `suffix`.
        prefix, suffix: Ids to put before and behind each document.
        words: With `full`, also return word indices.

    Returns:
        (ids uint32 (n,), row_splits int64 (len(texts) + 1,), offsets int32 (n, 2) or None, words
        int32 (n,) or None); the word of a prefix or suffix id is -1, its offsets (0, 0).

    Raises:
        TypeError: A text is not a str.
        ValueError: A text holds a lone surrogate, or more than 2**31 - 1 bytes.
    """
    cdef Documents documents = Documents.of_list(texts)
    if documents.total <= FEW and not full:
        thread_count(threads, documents.total)
        return few_arrays(encoder, documents, HIGHEST if most is None else most, prefix, suffix)
    return arrays_of(encode_documents(encoder, documents, full, threads, most, prefix, suffix,
                                      words))


def encode_buffers(Encoder encoder not None, list buffers not None, bytes separator=None,
                   bint full=False, threads=None, most=None, prefix=(), suffix=()):
    """Encode the documents in buffers of UTF-8, without a Python object for each.

    Args:
        encoder, full, threads, most, prefix, suffix: See `encode_texts`.
        buffers: bytes, mmap or the like.
        separator: What stands between the documents of a buffer; one at its end begins no document.
            None: each buffer is one document.

    Returns:
        As `encode_texts`.

    Raises:
        NotUTF8: A buffer is not UTF-8.
        ValueError: The separator is empty, or a document has more than 2**31 - 1 bytes.
    """
    if separator is not None and not separator:
        raise ValueError("a separator must not be empty")
    return arrays_of(encode_documents(encoder, Documents.of_buffers(buffers, separator), full,
                                      threads, most, prefix, suffix, False))


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
    if total < 2 * THREAD_WORTH:
        return 1
    return min(available_threads() if threads is None else threads, total // THREAD_WORTH)


cdef Job encode_documents(Encoder encoder, Documents documents, bint full, threads, most, prefix,
                          suffix, bint words):
    """Encode documents; what came out is in the job."""
    cdef Job job = Job.__new__(Job)
    cdef Py_ssize_t i
    cdef Worker worker
    job.encoder = encoder
    job.documents = documents
    job.full = full
    job.result.full = full
    job.result.worded = full and words
    job.most = HIGHEST if most is None else most
    job.prefix_size = len(prefix)
    job.suffix_size = len(suffix)
    job.prefix = affix_ids(prefix, suffix)
    job.suffix = job.prefix + job.prefix_size
    job.row_splits = <int64_t*>malloc((documents.size + 1) * sizeof(int64_t))
    if job.row_splits == NULL:
        raise MemoryError("no room for the ends of the rows")
    i = thread_count(threads, documents.total)
    if documents.total <= GIL_WORTH:
        worker = encoder.borrow()
        worker.prepare(full)
        try:
            job.encode_range(worker, 0, documents.size, &job.result)
        finally:
            encoder.pool.append(worker)
    else:
        run_job(job, i)
    if job.bad_document >= 0:
        raise documents.error(job.bad_document, job.bad_place)
    job.row_splits[0] = 0
    for i in range(documents.size):
        job.row_splits[i + 1] += job.row_splits[i]
    return job


cdef uint32_t* affix_ids(prefix, suffix) except NULL:
    """Return the ids of a prefix and behind them those of a suffix, malloc'ed."""
    cdef Py_ssize_t i = 0
    cdef uint32_t* ids = <uint32_t*>malloc((len(prefix) + len(suffix) + 1) * sizeof(uint32_t))
    if ids == NULL:
        raise MemoryError("no room for the ids around a text")
    for id in (*prefix, *suffix):
        ids[i] = id
        i += 1
    return ids


cdef tuple few_arrays(Encoder encoder, Documents documents, Py_ssize_t most, prefix, suffix):
    """Encode documents of few bytes; see `encode_texts`."""
    cdef Worker worker
    cdef int64_t* splits
    cdef npy_intp size = documents.size + 1
    cdef Py_ssize_t i
    cdef Rows rows
    cdef uint32_t* affixes = affix_ids(prefix, suffix)
    made_splits = PyArray_EMPTY(1, &size, NPY_INT64, 0)
    splits = <int64_t*>PyArray_DATA(made_splits)
    rows = Rows(splits + 1, documents.size, 0, most, affixes, affixes + len(prefix), len(prefix),
                len(suffix))
    worker = encoder.borrow()
    try:
        encode_few(encoder, worker, documents, &rows)
        splits[0] = 0
        for i in range(documents.size):
            splits[i + 1] += splits[i]
        size = worker.scratch.size
        ids = PyArray_EMPTY(1, &size, NPY_UINT32, 0)
        if size:
            memcpy(PyArray_DATA(ids), worker.scratch.ids, size * sizeof(uint32_t))
        return ids, made_splits, None, None
    finally:
        encoder.pool.append(worker)
        free(affixes)


cdef tuple arrays_of(Job job):
    """Hand what came out to numpy."""
    cdef Output* out = &job.result
    count = out.size
    ids = as_array(<void**>&out.ids, count, sizeof(uint32_t), UINT32, out.capacity)
    splits = as_array(<void**>&job.row_splits, job.documents.size + 1, sizeof(int64_t), INT64,
                      job.documents.size + 1)
    if not job.full:
        return ids, splits, None, None
    offsets = as_array(<void**>&out.offsets, 2 * count, sizeof(int32_t), INT32,
                       2 * out.capacity).reshape(-1, 2)
    if not out.worded:
        return ids, splits, offsets, None
    return ids, splits, offsets, as_array(<void**>&out.words, count, sizeof(int32_t), INT32,
                                          out.capacity)


cdef run_job(Job job, Py_ssize_t threads):
    """Run the units of a job on `threads` threads, the caller's among them."""
    job.cut_units()
    job.outputs = <Output*>malloc(max(job.units, 1) * sizeof(Output))
    job.done = <uint8_t*>malloc(max(job.units, 1))
    if job.outputs == NULL or job.done == NULL:
        raise MemoryError("no room for the units of a batch")
    memset(job.outputs, 0, job.units * sizeof(Output))
    memset(job.done, 0, job.units)
    take_spare(&job.result, job.documents.total // 8)
    output_reserve(&job.result, job.documents.total // 4 + 1024)
    threads = min(threads, job.units)
    job.alone = threads == 1
    helpers = [threading.Thread(target=job.run, daemon=True) for _ in range(threads - 1)]
    try:
        for helper in helpers:
            helper.start()
        job.run()
        for helper in helpers:
            helper.join()
    finally:
        job.stop = True    # Ctrl-C while the others were awaited: they stop after their document
    if job.error is not None:
        raise job.error
