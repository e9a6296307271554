"""What a tokenizer of `transformers` refuses, the patched one refuses in the same words."""

import collections
import functools

import numpy as np
import pytest
import torch
import transformers
from tokenizers import Tokenizer as Backend

import subword
from subword.compat import transformers as door


class Text(str):
    """A str of another class."""


class Series:
    """Texts in a container like those of pandas: neither a list nor of a truth value."""

    def __init__(self, texts):
        self.texts = texts

    def __len__(self):
        return len(self.texts)

    def __iter__(self):
        return iter(self.texts)

    def __getitem__(self, at):
        return self.texts[at]

    def __bool__(self):
        raise ValueError("the truth value of a Series is ambiguous")


# Each makes an input anew, as iterators are used up.
INPUTS = {
    "array": lambda: np.array(["the cat", "low"]),
    "array of one": lambda: np.array(["the cat"]),
    "array of none": lambda: np.array("the cat"),
    "empty array": lambda: np.array([], dtype=str),
    "array of two axes": lambda: np.array([["the", "cat"], ["low", "mat"]]),
    "array of objects": lambda: np.array(["the", None], dtype=object),
    "list of arrays": lambda: [np.array(["the", "cat"]), np.array(["low"])],
    "tensor": lambda: torch.tensor([1, 2]),
    "series": lambda: Series(["the cat", "low"]),
    "empty series": lambda: Series([]),
    "deque": lambda: collections.deque(["the"]),
    "set": lambda: {"the"},
    "dict": lambda: {"a": "the"},
    "keys": lambda: {"the": 1}.keys(),
    "iterator": lambda: iter(["the"]),
    "range": lambda: range(2),
    "None": lambda: None,
    "int": lambda: 5,
    "bool": lambda: True,
    "NaN": lambda: float("nan"),
    "bytes": lambda: b"the",
    "list of bytes": lambda: [b"the"],
    "list of int": lambda: [1, 2],
    "list of None": lambda: [None],
    "list with None": lambda: ["the", None],
    "list with NaN": lambda: ["the", float("nan")],
    "list of str and list": lambda: ["the", ["cat"]],
    "list of str and pair": lambda: ["the", ("cat", "low")],
    "list of pair and str": lambda: [("the", "cat"), "low"],
    "pair with None": lambda: [("the", None)],
    "three in a tuple": lambda: [("the", "cat", "low")],
    "one in a tuple": lambda: [("the",)],
    "tuple": lambda: ("the", "cat"),
    "tuple of tuples": lambda: (("the", "cat"), ("low", "mat")),
    "list of pairs": lambda: [("the", "cat"), ("low", "mat")],
    "lists of words": lambda: [["the"], ["cat", "low"]],
    "pairs of lists of words": lambda: [[["the"], ["cat"]], [["low"], ["mat"]]],
    "empty list": lambda: [],
    "empty tuple": lambda: (),
    "empty str": lambda: "",
    "list of an empty list": lambda: [[]],
    "list of an empty str": lambda: [""],
    "str of numpy": lambda: np.str_("the"),
    "str of a class": lambda: Text("the"),
    "list of str of numpy": lambda: [np.str_("the")],
    "lone surrogate": lambda: "the \ud800",
    "list with a lone surrogate": lambda: ["the \ud800"],
}
CALLS = {
    "call": lambda tok, given: tok(given()),
    "call, words": lambda tok, given: tok(given(), is_split_into_words=True),
    "call, padded": lambda tok, given: tok(given(), padding=True),
    "call, array": lambda tok, given: tok(given(), return_tensors="np"),
    "call, tensor": lambda tok, given: tok(given(), return_tensors="pt", padding=True),
    "call, cut": lambda tok, given: tok(given(), padding="max_length", truncation=True),
    "call, offsets": lambda tok, given: tok(given(), return_offsets_mapping=True),
    "second of a pair": lambda tok, given: tok("the", given()),
    "seconds of pairs": lambda tok, given: tok(["the", "cat"], given()),
    "first of pairs": lambda tok, given: tok(given(), ["the", "cat"]),
    "both": lambda tok, given: tok(given(), given()),
    "both, words": lambda tok, given: tok(given(), given(), is_split_into_words=True),
    "target": lambda tok, given: tok(text_target=given()),
    "tokenize": lambda tok, given: tok.tokenize(given()),
    "encode": lambda tok, given: tok.encode(given()),
    "encode a pair": lambda tok, given: tok.encode("the", given()),
}


@functools.cache
def backend():
    texts = ["The cat sat on the mat, low lower"] * 20
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    tok = subword.train(texts, "wordpiece", 60, special_tokens=specials, progress=False)
    return tok.to_str()


def fast():
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=Backend.from_str(backend()),
        pad_token="[PAD]",
        unk_token="[UNK]",
        model_max_length=16,
    )


def outcome(call):
    try:
        answer = call()
    except Exception as error:
        return type(error), str(error)
    if not isinstance(answer, transformers.BatchEncoding):
        return answer
    columns = {k: v.tolist() if hasattr(v, "tolist") else v for k, v in answer.items()}
    return str(columns), answer.n_sequences, len(answer.encodings or ())


@pytest.mark.filterwarnings("ignore:candidates ran out")
@pytest.mark.parametrize("kind", INPUTS)
def test_every_refusal_is_that_of_transformers(kind):
    tok = fast()
    expected = {name: outcome(lambda c=call: c(tok, INPUTS[kind])) for name, call in CALLS.items()}
    door.patch()
    try:
        tok = fast()
        for name, call in CALLS.items():
            assert outcome(lambda c=call: c(tok, INPUTS[kind])) == expected[name], name
    finally:
        door.unpatch()
