"""The calls whose fixed cost matters: one short text to ids, and a batch to padded arrays.

Both skip the Python code between the arguments and the encode loop. `call.call` defines what a call
gives, and answers every call that is not handled here.
"""

cimport cython
from cpython.dict cimport PyDict_Next, PyDict_SetItem
from cpython.ref cimport PyObject
from libc.stdint cimport int64_t, uint8_t, uint32_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy
from numpy cimport NPY_INT64, NPY_UINT32, PyArray_DATA, PyArray_EMPTY, import_array, npy_intp

from subword.encode.convert cimport pad_rows
from subword._core.pipeline cimport MAX_TEXT_BYTES
from subword.encode.documents cimport (
    Document, Documents, document_of, surrogate_error, utf8_of,
)
from subword.encode.encoder cimport Encoder
from subword.encode.rows cimport SMALL_BATCH_BYTES, encode_to_scratch
from subword.encode.worker cimport Output, RowPlan, Worker

from subword.encode.parallel import texts_to_arrays
from subword.model_inputs.batch_encoding import BatchEncoding, torch_from_numpy
from subword.model_inputs.call import call, make_encodings
from subword.results.truncation import tokens_left

import_array()

cdef object new_batch = BatchEncoding.__new__

cdef enum:
    SHORT_TEXT_CHARS = 1 << 13  # longer texts are encoded like batches, which releases the GIL
    MAX_CACHED_CALLS = 8        # calls with different options that are remembered


cdef struct PaddedShape:
    # The arguments of `FastCalls.encode_padded`.
    bint add_special_tokens
    Py_ssize_t max_tokens       # of a row, special tokens not included
    Py_ssize_t length           # columns, -1 for those of the longest row
    Py_ssize_t multiple
    bint pads
    int64_t pad_id
    int64_t pad_type_id
    bint pads_left


@cython.final
cdef class CachedCall:
    """The options of a call, and the shape of what they make of single texts."""

    cdef dict arguments
    cdef object options             # CallOptions
    cdef bint is_fast               # if not, `call.call` answers
    cdef PaddedShape shape
    cdef Py_ssize_t max_columns     # of more columns `call.call` warns
    cdef object from_numpy          # None for numpy's arrays


@cython.final
cdef class LazyEncodings:
    """Makes the encodings of a batch when they are asked for."""

    cdef object text_encoder
    cdef object options
    cdef list texts

    def __call__(self):
        rows = [(text,) for text in self.texts]
        return make_encodings(self.text_encoder, self.options, self.options.max_length, rows)


cdef bint same_options(dict a, dict b) noexcept:
    """Return whether two calls got the same objects under the same names in the same order."""
    cdef Py_ssize_t i = 0, j = 0
    cdef PyObject* name
    cdef PyObject* value
    cdef PyObject* other_name
    cdef PyObject* other
    if len(a) != len(b):
        return False
    while PyDict_Next(a, &i, &name, &value):
        PyDict_Next(b, &j, &other_name, &other)
        if name != other_name or value != other:
            return False
    return True


cdef class FastCalls:
    """The part of a tokenizer that answers them: the base class of `Tokenizer`.

    It is a base class because a method that delegated would add to the cost of a short call.

    Args:
        text_encoder: Encodes.
        resolve_options: Resolves the options of a call: `call_options.option_cache(defaults)`.
    """

    cdef Encoder _encoder
    cdef object _text_encoder
    cdef tuple _affixes             # (ids before a text, ids after it), None if that is not all
    cdef uint32_t* _affix_ids       # the same: the prefix, then the suffix
    cdef Py_ssize_t _prefix_size, _suffix_size
    cdef object _resolve_options
    cdef list _cached_calls
    cdef dict _limited              # the last limited text encoder, and what answers for it

    def __init__(self, text_encoder, resolve_options):
        cdef Py_ssize_t i
        affixes = text_encoder.single_affixes
        prefix, suffix = affixes or ((), ())
        ids = (*prefix, *suffix)
        free(self._affix_ids)
        self._affix_ids = <uint32_t*>malloc((len(ids) + 1) * sizeof(uint32_t))
        if self._affix_ids == NULL:
            raise MemoryError("not enough memory for the ids around a text")
        for i in range(len(ids)):
            self._affix_ids[i] = ids[i]
        self._prefix_size = len(prefix)
        self._suffix_size = len(suffix)
        self._encoder = text_encoder.encoder
        self._text_encoder = text_encoder
        self._affixes = affixes
        self._resolve_options = resolve_options
        self._cached_calls = []
        self._limited = {}

    def __dealloc__(self):
        free(self._affix_ids)

    cdef FastCalls limited(self, special, bint strict):
        """Return what answers where only some special tokens count; see `TextEncoder.reading`."""
        cdef FastCalls calls
        text_encoder = self._text_encoder.reading(special, strict)
        calls = self if text_encoder is self._text_encoder else self._limited.get(text_encoder)
        if calls is None:
            calls = FastCalls(text_encoder, self._resolve_options)
            self._limited = {text_encoder: calls}
        return calls

    cdef RowPlan row_plan(self, bint add_special_tokens, Py_ssize_t max_tokens, int64_t* counts,
                          Py_ssize_t count):
        """Return the plan of `count` rows, whose lengths go to `counts`."""
        cdef Py_ssize_t before = self._prefix_size if add_special_tokens else 0
        cdef Py_ssize_t after = self._suffix_size if add_special_tokens else 0
        return RowPlan(counts, count, 0, max_tokens, self._affix_ids, self._affix_ids + before,
                       before, after)

    def encode_ids(self, str text not None, *, bint add_special_tokens=True, special="all"):
        """Encode one text into an array of ids: the fastest call for a short text.

        Args:
            text: The text.
            add_special_tokens: Put the post-processor's ids around it.
            special: The special tokens that it may spell: "all", "none" or a set of them.

        Returns:
            uint32 (n,).

        Raises:
            TypeError: The text is not a str.
            ValueError: It holds a lone surrogate, or the post-processor does more than put ids
                around a text.

        >>> import subword
        >>> tok = subword.train(["low lower lowest"] * 9, "bpe", vocab_size=20, progress=False)
        >>> tok.decode(tok.encode_ids("lower"))
        'lower'
        """
        cdef Document document
        cdef Worker worker
        cdef Output* out
        cdef const uint8_t* data
        cdef Py_ssize_t size, bad_char
        cdef int64_t count
        cdef npy_intp shape
        if special != "all":
            return self.limited(special, True).encode_ids(
                text, add_special_tokens=add_special_tokens)
        if add_special_tokens and self._affixes is None:
            raise ValueError(self._text_encoder.cannot_add_error)
        document_of(text, 0, &document)
        if document.size > SHORT_TEXT_CHARS:
            prefix, suffix = self._affixes if add_special_tokens else ((), ())
            return texts_to_arrays(self._encoder, [text], False, 1, None, prefix, suffix)[0]
        worker = self._encoder.workers.borrow()
        try:
            worker.prepare(False, False)
            worker.seed, worker.next_text = self._encoder.seed_of(None), 0
            out = &worker.scratch
            out.size = 0
            bad_char = utf8_of(&document, worker, &data, &size)
            if bad_char >= 0:
                raise surrogate_error(text, 0, bad_char)
            worker.row_plan = self.row_plan(add_special_tokens, MAX_TEXT_BYTES, &count, 1)
            self._encoder.begin_run(worker, out)
            self._encoder.encode_document(worker, data, size, -1, out)
            self._encoder.end_document(worker, out)
            self._encoder.flush(worker, out)
            shape = out.size
            ids = PyArray_EMPTY(1, &shape, NPY_UINT32, 0)
            if out.size:
                memcpy(PyArray_DATA(ids), out.ids, out.size * sizeof(uint32_t))
            return ids
        finally:
            self._encoder.workers.give_back(worker)

    def encode_padded(self, list texts not None, bint add_special_tokens, max_length, length,
                      multiple, pad, bint left):
        """Encode texts into rectangles of ids, types and attention mask.

        Args:
            texts: The texts.
            add_special_tokens: Put the post-processor's ids around each.
            max_length: Keep at most this many ids of each.
            length: Columns; None for those of the longest row.
            multiple: Round the columns up to a multiple of this.
            pad: Id and type of the padding; None leaves rows as they are.
            left: Whether the padding goes before the ids.

        Returns:
            int64 (3, len(texts), columns); or None if a text is not a str, the rows do not make a
            rectangle, or the post-processor does more than put ids around a text.

        Raises:
            TypeError: `max_length` is not an int.
            ValueError: A text holds a lone surrogate, or `max_length` leaves no room for the ids
                around it.

        >>> import subword
        >>> tok = subword.train(["low lower lowest"] * 9, "bpe", vocab_size=20, progress=False)
        >>> texts = ["low", "low lower"]
        >>> ids, types, mask = tok.encode_padded(texts, True, 8, None, 4, (0, 0), False)
        >>> mask.tolist()
        [[1, 0, 0, 0], [1, 1, 0, 0]]
        """
        cdef PaddedShape shape
        if self._affixes is None:
            return None
        self.set_shape(&shape, add_special_tokens, max_length, length, multiple, pad, left)
        return self.encode_to_shape(texts, &shape)

    cdef int set_shape(self, PaddedShape* shape, bint add_special_tokens, max_length, length,
                       multiple, pad, bint left) except -1:
        """Fill in a shape; the arguments are those of `encode_padded`."""
        left_over = tokens_left(
            max_length, self._prefix_size + self._suffix_size if add_special_tokens else 0)
        shape.add_special_tokens = add_special_tokens
        shape.max_tokens = MAX_TEXT_BYTES
        if left_over is not None:
            shape.max_tokens = min(left_over, MAX_TEXT_BYTES)
        shape.length = -1 if length is None else length
        shape.multiple = multiple or 1
        shape.pads = pad is not None
        shape.pad_id, shape.pad_type_id = pad or (0, 0)
        shape.pads_left = left
        return 0

    cdef object encode_to_shape(self, list texts, const PaddedShape* shape):
        """Encode texts; see `encode_padded`."""
        cdef Documents documents
        cdef Worker worker
        cdef Py_ssize_t i, count = len(texts)
        cdef int64_t* counts
        cdef RowPlan plan
        cdef const uint32_t[::1] ids
        try:
            documents = Documents.of_list(texts)
        except TypeError:
            return None
        counts = <int64_t*>malloc((count + 1) * sizeof(int64_t))
        if counts == NULL:
            raise MemoryError("not enough memory for the lengths of the rows")
        try:
            if documents.total <= SMALL_BATCH_BYTES:
                plan = self.row_plan(shape.add_special_tokens, shape.max_tokens, counts, count)
                worker = self._encoder.workers.borrow()
                try:
                    encode_to_scratch(self._encoder, worker, documents, &plan,
                                      self._encoder.seed_of(None), 0)
                    return pad(worker.scratch.ids, worker.scratch.size, counts, count, shape)
                finally:
                    self._encoder.workers.give_back(worker)
            prefix, suffix = self._affixes if shape.add_special_tokens else ((), ())
            ids, splits, _, _ = texts_to_arrays(self._encoder, texts, False, None,
                                                shape.max_tokens, prefix, suffix)
            for i in range(count):
                counts[i] = splits[i + 1] - splits[i]
            return pad(&ids[0] if ids.shape[0] else NULL, ids.shape[0], counts, count, shape)
        finally:
            free(counts)

    def __call__(self, text=None, text_pair=None, **options):
        """Encode texts into the inputs of a model, as calling a tokenizer of `transformers` does.

        Args:
            text: A text, a list of texts, or of (text, pair) tuples.
            text_pair: The second text of each pair.
            options: padding, truncation, max_length, stride, return_tensors ("np", "pt"),
                is_split_into_words, return_offsets_mapping, return_overflowing_tokens and the
                others of `subword.model_inputs.call_options.resolve_options`; `special` as for
                `encode_ids`; `split_special_tokens`, which is "none" as transformers has it.

        Returns:
            A `BatchEncoding`: input_ids, attention_mask and so on, by name.
        """
        cdef CachedCall cached
        if "special" in options or "split_special_tokens" in options:
            splits = options.pop("split_special_tokens", False)
            special = options.pop("special", "none" if splits else "all")
            return self.limited(special, not splits)(text, text_pair, **options)
        if type(text) is list and text and text_pair is None:
            cached = self.cached_call(options)
            if cached.is_fast:
                batch = self.make_batch(list(text), cached)
                if batch is not None:
                    return batch
        return call(self._text_encoder, self.encode_padded, self._resolve_options, text, text_pair,
                    **options)

    cdef CachedCall cached_call(self, dict arguments):
        """Return what a call with these options makes of texts, from memory if they are known."""
        cdef CachedCall cached
        for cached in self._cached_calls:
            if same_options(cached.arguments, arguments):
                return cached
        cached = CachedCall.__new__(CachedCall)
        cached.arguments = arguments.copy()
        if "text_target" not in arguments and "text_pair_target" not in arguments:
            self.set_call(cached, self._resolve_options(**arguments))
        self._cached_calls.append(cached)
        if len(self._cached_calls) > MAX_CACHED_CALLS:
            del self._cached_calls[0]
        return cached

    cdef int set_call(self, CachedCall cached, options) except -1:
        """Work out what a call makes of texts, if it is one that can be answered here."""
        if (not options.needs_no_encodings or options.return_tensors is None or options.warning
                or options.return_length or self._affixes is None):
            return 0
        limit = options.max_length
        self.set_shape(&cached.shape, options.add_special_tokens,
                       limit if options.strategy else None,
                       limit if options.padding == "max_length" else None,
                       options.pad_to_multiple_of, options.padding_ids,
                       options.padding_side == "left")
        cached.options = options
        model_max_length = options.defaults.model_max_length
        cached.max_columns = MAX_TEXT_BYTES
        if limit is None and options.verbose and model_max_length > 0:
            cached.max_columns = min(model_max_length, MAX_TEXT_BYTES)
        cached.from_numpy = torch_from_numpy() if options.return_tensors == "pt" else None
        cached.is_fast = True
        return 0

    cdef object make_batch(self, list texts, CachedCall cached):
        """Encode texts into a batch; None if `call.call` has to."""
        cdef LazyEncodings lazy
        columns = self.encode_to_shape(texts, &cached.shape)
        if columns is None or columns.shape[2] > cached.max_columns:
            return None
        batch = new_batch(BatchEncoding)
        lazy = LazyEncodings.__new__(LazyEncodings)
        lazy.text_encoder = self._text_encoder
        lazy.options = cached.options
        lazy.texts = texts
        batch._encodings = lazy
        for name, i in cached.options.column_index:
            column = columns[i]
            if cached.from_numpy is not None:
                column = cached.from_numpy(column)
            PyDict_SetItem(batch, name, column)
        return batch


cdef object pad(const uint32_t* ids, Py_ssize_t size, const int64_t* counts, Py_ssize_t rows,
                const PaddedShape* shape):
    """Make the rectangle of rows that lie one after the other, None if they do not make one."""
    cdef Py_ssize_t i, longest = 0, columns
    cdef npy_intp[3] dimensions
    for i in range(rows):
        longest = max(longest, <Py_ssize_t>counts[i])
    columns = longest
    if shape.pads:
        if shape.length >= 0:
            columns = shape.length
        columns = (columns + shape.multiple - 1) // shape.multiple * shape.multiple
    elif rows * longest != size:
        return None
    if columns < longest:
        return None
    dimensions[0] = 3
    dimensions[1] = rows
    dimensions[2] = columns
    padded = PyArray_EMPTY(3, dimensions, NPY_INT64, 0)
    pad_rows(ids, counts, rows, columns, shape.pad_id, shape.pad_type_id, shape.pads_left,
             <int64_t*>PyArray_DATA(padded))
    return padded
