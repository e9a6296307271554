"""The calls whose fixed cost counts: one short text to ids, and a batch to padded arrays.

Both skip what is Python between the arguments and the encode loop. `call.call` is what a call
means, and what answers whatever is left out here.
"""

cimport cython
from cpython.dict cimport PyDict_Next, PyDict_SetItem
from cpython.ref cimport PyObject
from libc.stdint cimport int64_t, uint8_t, uint32_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy
from numpy cimport NPY_INT64, NPY_UINT32, PyArray_DATA, PyArray_EMPTY, import_array, npy_intp

from subword.encode.convert cimport pad_rows
from subword.encode.documents cimport (
    MAX_DOCUMENT_BYTES, Document, Documents, document_of, surrogate_error, utf8_of,
)
from subword.encode.encoder cimport Encoder
from subword.encode.rows cimport SMALL_BATCH_BYTES, encode_to_scratch
from subword.encode.worker cimport Output, RowPlan, Worker

from subword.encode.parallel import texts_to_arrays
from subword.model_inputs.batch_encoding import BatchEncoding, torch_from_numpy
from subword.model_inputs.call import call, plain_encodings
from subword.results.truncation import tokens_left

import_array()

cdef object new_batch = BatchEncoding.__new__

cdef enum:
    SHORT = 1 << 13    # characters; longer texts go the way of batches, which releases the GIL
    SHAPES = 8         # calls with different options that are remembered


cdef struct Rectangle:
    # What rows become: see `QuickCalls.encode_padded`.
    bint special
    Py_ssize_t most        # ids of a row's own
    Py_ssize_t length      # columns, -1 for those of the longest row
    Py_ssize_t multiple
    bint pads
    int64_t pad_id
    int64_t pad_type
    bint left


@cython.final
cdef class Shape:
    """The options of a call and what they make of single texts."""

    cdef dict options
    cdef object plan
    cdef bint usable           # if not, the call is none of those that are quick
    cdef Rectangle rectangle
    cdef Py_ssize_t warns      # columns for which the plain way has a warning
    cdef object from_numpy     # None for numpy's arrays


@cython.final
cdef class Later:
    """Makes the encodings of a batch when somebody asks for them."""

    cdef object tokenizer
    cdef object plan
    cdef list texts

    def __call__(self):
        rows = [(text, None) for text in self.texts]
        return plain_encodings(self.tokenizer, self.plan, self.plan.max_length, rows)


cdef bint same_options(dict a, dict b) noexcept:
    """Whether two calls were given the very same objects under the same names in the same order."""
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


cdef class QuickCalls:
    """The part of a tokenizer that answers them."""

    cdef Encoder _encoder
    cdef tuple _affixes
    cdef uint32_t* _affix_ids      # the same: the prefix, and behind it the suffix
    cdef Py_ssize_t _prefix_size, _suffix_size
    cdef object _refusal
    cdef object _plans
    cdef list _shapes

    def __dealloc__(self):
        free(self._affix_ids)

    def _prepare(self, Encoder encoder not None, affixes, refusal, plans):
        """Set what calls use.

        Args:
            encoder: The stages.
            affixes: (ids before a text, ids behind it), or None if they are more than that.
            refusal: What to say then.
            plans: Makes a plan of a call's options: `call_plan.plans`.
        """
        cdef Py_ssize_t i
        prefix, suffix = affixes or ((), ())
        ids = (*prefix, *suffix)
        free(self._affix_ids)
        self._affix_ids = <uint32_t*>malloc((len(ids) + 1) * sizeof(uint32_t))
        if self._affix_ids == NULL:
            raise MemoryError("no room for the ids around a text")
        for i in range(len(ids)):
            self._affix_ids[i] = ids[i]
        self._prefix_size = len(prefix)
        self._suffix_size = len(suffix)
        self._encoder = encoder
        self._affixes = affixes
        self._refusal = refusal
        self._plans = plans
        self._shapes = []

    cdef RowPlan rows(self, bint special, Py_ssize_t most, int64_t* counts, Py_ssize_t count):
        """Return the rows of so many texts."""
        cdef Py_ssize_t before = self._prefix_size if special else 0
        cdef Py_ssize_t behind = self._suffix_size if special else 0
        return RowPlan(counts, count, 0, most, self._affix_ids, self._affix_ids + before, before,
                    behind)

    def encode_ids(self, str text not None, *, bint add_special_tokens=True):
        """Encode one text into an array of ids: the quickest call for a short text.

        Args:
            text: The text.
            add_special_tokens: Put the post-processor's ids around it.

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
        cdef Py_ssize_t size, place
        cdef int64_t count
        cdef npy_intp shape
        if add_special_tokens and self._affixes is None:
            raise ValueError(self._refusal)
        document_of(text, 0, &document)
        if document.size > SHORT:
            prefix, suffix = self._affixes if add_special_tokens else ((), ())
            return texts_to_arrays(self._encoder, [text], False, 1, None, prefix, suffix)[0]
        worker = self._encoder.workers.borrow()
        try:
            worker.prepare(False)
            out = &worker.scratch
            out.size = 0
            place = utf8_of(&document, worker, &data, &size)
            if place >= 0:
                raise surrogate_error(text, 0, place)
            worker.row_plan = self.rows(add_special_tokens, MAX_DOCUMENT_BYTES, &count, 1)
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
        cdef Rectangle wanted
        if self._affixes is None:
            return None
        self.shape_rectangle(&wanted, add_special_tokens, max_length, length, multiple, pad, left)
        return self.rectangle_of(texts, &wanted)

    cdef int shape_rectangle(self, Rectangle* wanted, bint special, max_length, length, multiple,
                             pad, bint left) except -1:
        """Fill in a rectangle; the arguments are those of `encode_padded`."""
        most = tokens_left(max_length, self._prefix_size + self._suffix_size if special else 0)
        wanted.special = special
        wanted.most = MAX_DOCUMENT_BYTES if most is None else min(most, MAX_DOCUMENT_BYTES)
        wanted.length = -1 if length is None else length
        wanted.multiple = multiple or 1
        wanted.pads = pad is not None
        wanted.pad_id, wanted.pad_type = pad or (0, 0)
        wanted.left = left
        return 0

    cdef object rectangle_of(self, list texts, const Rectangle* wanted):
        """Encode texts; see `encode_padded`."""
        cdef Documents documents
        cdef Worker worker
        cdef Py_ssize_t i, count = len(texts)
        cdef int64_t* counts
        cdef RowPlan rows
        cdef const uint32_t[::1] ids
        try:
            documents = Documents.of_list(texts)
        except TypeError:
            return None
        counts = <int64_t*>malloc((count + 1) * sizeof(int64_t))
        if counts == NULL:
            raise MemoryError("no room for the lengths of the rows")
        try:
            if documents.total <= SMALL_BATCH_BYTES:
                rows = self.rows(wanted.special, wanted.most, counts, count)
                worker = self._encoder.workers.borrow()
                try:
                    encode_to_scratch(self._encoder, worker, documents, &rows)
                    return pad(worker.scratch.ids, worker.scratch.size, counts, count, wanted)
                finally:
                    self._encoder.workers.give_back(worker)
            prefix, suffix = self._affixes if wanted.special else ((), ())
            ids, splits, _, _ = texts_to_arrays(self._encoder, texts, False, None, wanted.most,
                                                prefix, suffix)
            for i in range(count):
                counts[i] = splits[i + 1] - splits[i]
            return pad(&ids[0] if ids.shape[0] else NULL, ids.shape[0], counts, count, wanted)
        finally:
            free(counts)

    def __call__(self, text=None, text_pair=None, **options):
        """Encode texts into the inputs of a model, as calling a tokenizer of `transformers` does.

        Args:
            text: A text, a list of texts, or of (text, pair) tuples.
            text_pair: The second text of each pair.
            options: padding, truncation, max_length, stride, return_tensors ("np", "pt"),
                is_split_into_words, return_offsets_mapping, return_overflowing_tokens and the
                others of `subword.model_inputs.call_options.plan_of`.

        Returns:
            A `BatchEncoding`: input_ids, attention_mask and so on, by name.
        """
        cdef Shape shape
        if type(text) is list and text and text_pair is None:
            shape = self.shape_of(options)
            if shape.usable:
                batch = self.batch_of(list(text), shape)
                if batch is not None:
                    return batch
        return call(self, self._plans, text, text_pair, **options)

    cdef Shape shape_of(self, dict options):
        """Return what a call with these options makes of texts, from memory if they are known."""
        cdef Shape shape
        for shape in self._shapes:
            if same_options(shape.options, options):
                return shape
        shape = Shape.__new__(Shape)
        shape.options = options.copy()
        if "text_target" not in options and "text_pair_target" not in options:
            self.fill_shape(shape, self._plans(**options))
        self._shapes.append(shape)
        if len(self._shapes) > SHAPES:
            del self._shapes[0]
        return shape

    cdef int fill_shape(self, Shape shape, plan) except -1:
        """Work out what a plan makes of texts, if this is one for the quick way."""
        if (not plan.direct or plan.tensors is None or plan.warning or plan.length
                or self._affixes is None):
            return 0
        limit = plan.max_length
        self.shape_rectangle(&shape.rectangle, plan.add_special_tokens,
                             limit if plan.strategy else None,
                             limit if plan.padding == "max_length" else None,
                             plan.pad_to_multiple_of, plan.pad, plan.padding_side == "left")
        shape.plan = plan
        most = plan.settings.model_max_length
        shape.warns = MAX_DOCUMENT_BYTES
        if limit is None and plan.verbose and most > 0:
            shape.warns = min(most, MAX_DOCUMENT_BYTES)
        shape.from_numpy = torch_from_numpy() if plan.tensors == "pt" else None
        shape.usable = True
        return 0

    cdef object batch_of(self, list texts, Shape shape):
        """Encode texts in a known shape; None if it takes the plain way to do so."""
        cdef Later later
        wide = self.rectangle_of(texts, &shape.rectangle)
        if wide is None or wide.shape[2] > shape.warns:
            return None
        batch = new_batch(BatchEncoding)
        later = Later.__new__(Later)
        later.tokenizer = self
        later.plan = shape.plan
        later.texts = texts
        batch._encodings = later
        for name, at in shape.plan.places:
            column = wide[at]
            if shape.from_numpy is not None:
                column = shape.from_numpy(column)
            PyDict_SetItem(batch, name, column)
        return batch


cdef object pad(const uint32_t* ids, Py_ssize_t size, const int64_t* counts, Py_ssize_t rows,
                const Rectangle* wanted):
    """Make the rectangle of rows that lie one after the other, None if they do not make one."""
    cdef Py_ssize_t i, longest = 0, width
    cdef npy_intp[3] shape
    for i in range(rows):
        longest = max(longest, <Py_ssize_t>counts[i])
    width = longest
    if wanted.pads:
        if wanted.length >= 0:
            width = wanted.length
        width = (width + wanted.multiple - 1) // wanted.multiple * wanted.multiple
    elif rows * longest != size:
        return None
    if width < longest:
        return None
    shape[0] = 3
    shape[1] = rows
    shape[2] = width
    wide = PyArray_EMPTY(3, shape, NPY_INT64, 0)
    pad_rows(ids, counts, rows, width, wanted.pad_id, wanted.pad_type, wanted.left,
             <int64_t*>PyArray_DATA(wide))
    return wide
