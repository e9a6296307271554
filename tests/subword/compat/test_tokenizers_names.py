"""Names and parameters of `subword.compat.tokenizers` are those of `tokenizers`."""

import importlib
import inspect

import pytest
import tokenizers as theirs

from subword.compat import tokenizers as ours

# What is not there, and why: Unigram and word-level models, stages written in Python, the character
# map of SentencePiece, and what looks into the machinery of the original.
MISSING = {
    "": {
        "NormalizedString",
        "PreTokenizedString",
        "SentencePieceUnigramTokenizer",
        "Tokenizer.encode_special_tokens",
    },
    "normalizers": {"Precompiled"},
    "models": {"Unigram", "WordLevel"},
    "trainers": {
        "UnigramTrainer",
        "WordLevelTrainer",
        "ParityBpeTrainer",
        "BpeTrainer.get_word_count",
    },
    "pre_tokenizers": set(),
    "processors": set(),
    "decoders": set(),
    "implementations": {"SentencePieceUnigramTokenizer"},
    "tools": {"EncodingVisualizer.consecutive_chars_to_html", "EncodingVisualizer.unk_token_regex"},
}
EVERYWHERE_MISSING = {"custom", "normalize", "pre_tokenize"}


def parameters(cls):
    try:
        names = list(inspect.signature(cls).parameters)
    except ValueError:
        return []
    return [name for name in names if name != "self"]


@pytest.mark.parametrize("room", MISSING)
def test_names_and_parameters_are_those_of_the_original(room):
    mine, other = [
        importlib.import_module(f"{package.__name__}.{room}" if room else package.__name__)
        for package in (ours, theirs)
    ]
    missing = set()
    compared = 0
    for name, cls in vars(other).items():
        if not isinstance(cls, type) or not cls.__module__.startswith(("tokenizers", "builtins")):
            continue
        if (
            name.startswith("_")
            or issubclass(cls, BaseException)
            or hasattr(cls, "__members__")
            or cls is str
        ):
            continue
        if not hasattr(mine, name):
            missing.add(name)
            continue
        own = getattr(mine, name)
        compared += 1
        if name not in ("Regex", "Encoding", "Model", "Trainer"):
            assert parameters(cls) == parameters(own)[: len(parameters(cls))] or not parameters(cls)
        sample = own.__dict__ | {k: v for base in own.__mro__ for k, v in vars(base).items()}
        fields = set(sample) | set(parameters(own))
        for method, value in vars(cls).items():
            if method.startswith("_") or method in EVERYWHERE_MISSING:
                continue
            if method not in fields and method not in RENAMED.get(name, ()):
                missing.add(f"{name}.{method}")
            elif callable(value) and method in sample and callable(sample[method]):
                wanted, got = parameters(getattr(cls, method)), parameters(getattr(own, method))
                assert wanted == got[: len(wanted)] or "args" in got or method in NAMED_ANEW
    assert missing == MISSING[room]
    assert compared > 0


# Their parameter is `token`, also in the stubs of the original.
NAMED_ANEW = {"token_to_id"}
# Attributes that are not parameters of the constructor under the same name.
RENAMED = {
    "BertProcessing": {"cls", "sep"},
    "RobertaProcessing": {"cls", "sep"},
    "Strip": {"start", "stop"},
}
