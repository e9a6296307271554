"""The tokenizer of a model: load it, save it with the weights, train one for a new model."""

import json
import re
import warnings
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from bert_min.hub import find_folder
from bert_min.text.documents import read_documents
from bert_min.text.special_tokens import SPECIAL_TOKENS
from bert_min.text.vocabulary_checks import warn_of_family
from subword import Tokenizer, train
from subword.file_access import atomic_file, write_text

# Read by transformers together with tokenizer.json; copied if the source folder has them.
COMPANIONS = ("vocab.txt", "tokenizer_config.json", "special_tokens_map.json")
# Any of these makes a folder one with a tokenizer.
TOKENIZER_FILES = ("tokenizer.json", "vocab.txt", "vocab.json")

_HANGUL = re.compile("[\uac00-\ud7a3]")  # syllables
_SAMPLE_CHARS = 100_000

__all__ = [
    "Tokenizer",
    "has_tokenizer",
    "load_tokenizer",
    "lower_cased",
    "save_tokenizer",
    "train_wordpiece",
]


def has_tokenizer(folder: str | Path) -> bool:
    """Whether a model folder holds the files of a tokenizer."""
    return any((Path(folder) / name).is_file() for name in TOKENIZER_FILES)


def load_tokenizer(path: str | Path) -> Tokenizer:
    """Load a tokenizer from a model folder, a name of the Hub, tokenizer.json or vocab.txt.

    In a folder tokenizer_config.json decides about lower-casing, accents and Chinese characters, as
    in transformers; a file is taken as it is.

    Raises:
        OSError: If there is no tokenizer.
        ValueError: If it cannot be understood, or cuts long texts at their beginning.
    """
    path = find_folder(path)
    tokenizer = _load(path)
    warn_of_family(tokenizer, path)
    return tokenizer


def _load(path: Path) -> Tokenizer:
    if path.is_dir():
        tokenizer = Tokenizer.from_pretrained(str(path))
        side = tokenizer.config.get("truncation_side", "right")
        if side != "right":
            raise ValueError(
                f"{path}/tokenizer_config.json: truncation_side = {side!r} is not implemented, "
                "only 'right'"
            )
        return tokenizer
    if not path.is_file():
        raise OSError(f"{path}: expected a tokenizer file, or a folder with one")
    if path.suffix == ".json":
        return Tokenizer.from_file(str(path))
    return Tokenizer.from_wordpiece(str(path))


def lower_cased(tokenizer: Tokenizer) -> Tokenizer:
    """Return a tokenizer that lower-cases a text before all its other steps.

    So does sentence-transformers where sentence_bert_config.json says do_lower_case.
    """
    parts = json.loads(tokenizer.to_str())
    steps = [step for step in (parts["normalizer"],) if step is not None]
    parts["normalizer"] = {"type": "Sequence", "normalizers": [{"type": "Lowercase"}, *steps]}
    return Tokenizer.from_str(json.dumps(parts))


def save_tokenizer(
    tokenizer: Tokenizer, folder: str | Path, source: str | Path | None = None
) -> None:
    """Write ``tokenizer.json`` into a folder, and what else came with the tokenizer.

    Args:
        tokenizer: To save.
        folder: Of the model.
        source: Folder the tokenizer was loaded from; None for a new one.
    """
    folder = Path(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    if source is None:
        # transformers then takes tokenizer.json as it is, whatever its normalizer does.
        named = {f"{token.strip('[]').lower()}_token": token for token in SPECIAL_TOKENS}
        text = json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", **named}, indent=2)
        write_text(folder / "tokenizer_config.json", text + "\n")
        return
    for name in COMPANIONS:
        if (Path(source) / name).is_file():
            with atomic_file(folder / name) as file:
                file.write((Path(source) / name).read_bytes())


def train_wordpiece(
    paths: Sequence[str | Path], vocab_size: int, separator: str | None, *, lowercase: bool = True
) -> Tokenizer:
    """Train a WordPiece vocabulary with BERT's special tokens on text files.

    Args:
        paths: UTF-8 text files.
        vocab_size: Tokens, special ones included.
        separator: Between documents, as in `read_documents`.
        lowercase: Lower-case and strip accents. This decomposes Hangul syllables into their
            letters; leave it off for Korean. There is a warning where a tenth of the text is
            Hangul.

    Returns:
        A tokenizer with BERT's normalizer and pre-tokenizer.
    """
    sentences = chain.from_iterable(read_documents(paths, separator))
    return train(
        _warn_of_hangul(sentences) if lowercase else sentences,
        algorithm="wordpiece",
        vocab_size=vocab_size,
        special_tokens=SPECIAL_TOKENS,
        lowercase=lowercase,
    )


def _warn_of_hangul(sentences: Iterator[str]) -> Iterator[str]:
    """Look at the first sentences, then pass all on."""
    head: list[str] = []
    size = syllables = 0
    for sentence in sentences:
        head.append(sentence)
        size += len(sentence)
        syllables += len(_HANGUL.findall(sentence))
        if size >= _SAMPLE_CHARS:
            break
    if syllables > 0.1 * size:
        warnings.warn(
            f"{syllables / size:.0%} of the text is Hangul, which lower-casing with stripping of "
            "accents takes apart into letters: train on the text as it is (--cased, "
            "lowercase=False)",
            stacklevel=2,
        )
    yield from head
    yield from sentences
