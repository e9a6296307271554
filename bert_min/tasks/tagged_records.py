"""Tagged sentences in JSON, as `datasets` writes them: a list of tokens and a list of tags each."""

from pathlib import Path
from typing import Any

from bert_min.tasks.sentences import Sentences
from bert_min.tasks.tag_schemes import normalize_rows
from bert_min.text.decoded_lines import refuse_surrogates
from bert_min.text.delimited import Lines
from bert_min.text.json_records import JsonRecord, read_json_records

TOKENS = ("tokens", "words")
TAGS = ("ner_tags", "tags", "labels")


def holds_tokens(path: str | Path, lines: Lines) -> bool:
    """Whether the first record of a JSON file has a list of tokens."""
    first = next(read_json_records(path, lines()), None)
    return first is not None and any(isinstance(first.values.get(name), list) for name in TOKENS)


def read_tagged_records(path: str | Path, lines: Lines, *, labelled: bool = True) -> Sentences:
    """Read JSON records with ``tokens`` and ``ner_tags`` (or ``words``, ``tags``, ``labels``).

    Args:
        path: The file.
        lines: Its lines.
        labelled: Whether there must be tags; without, they are O.

    Returns:
        The sentences, in the order of the file.

    Raises:
        ValueError: If a record has no such lists, they differ in length, or the tags are numbers,
            whose names are not in the file; the message names the record.
    """
    found = Sentences([], [], [], [], texts=[])
    places: dict[str, str] = {}
    for record in read_json_records(path, lines()):
        tokens = _strings(record, TOKENS)
        tags = _strings(record, TAGS) if labelled else ["O"] * len(tokens)
        if len(tokens) != len(tags):
            raise ValueError(
                f"{record.where}: {len(tokens)} tokens must have as many tags, got {len(tags)}"
            )
        for tag in tags:
            places.setdefault(tag, record.where)
        kept = [i for i, token in enumerate(tokens) if token.strip()]
        words = [tokens[i] for i in kept]
        found.add(
            words, [tags[i] for i in kept], where=record.where, document=0, text=" ".join(words)
        )
    if not found.words:
        raise ValueError(f"{path}: the file must hold at least one sentence, got none")
    return found._replace(notes=tuple(normalize_rows(found.tags, places)))


def _strings(record: JsonRecord, names: tuple[str, ...]) -> list[str]:
    values: Any = next((record.values[name] for name in names if name in record.values), None)
    if not isinstance(values, list):
        raise ValueError(f"{record.where}: expected a list under {' or '.join(names)}")
    for value in values:
        if not isinstance(value, str):
            raise ValueError(
                f"{record.where}: what stands under {' or '.join(names)} must be text, got "
                f"{value!r}: numbers of tags have their names in the dataset's features, not here"
            )
        refuse_surrogates(value, record.where)
    return list(values)
