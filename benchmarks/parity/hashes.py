"""Hashes of what every tokenizer makes of the corpora, to see that a change of code changes none.

    python -m benchmarks.parity.hashes > hashes.json               # before a change
    python -m benchmarks.parity.hashes --compare hashes.json       # after it

For each published tokenizer: the flat ids, the ids with offsets, and the decoded text of the first
megabytes of each corpus, the fields of the `Encoding` of each 200th document with a pair, and the
lists of each 50th. For each algorithm of training: the vocabulary. The exit status is 1 if a hash
differs from the file.
"""

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import subword
from subword import Tokenizer
from tests.helpers.data import DATA, TIKTOKEN, documents, tiktoken_file

# Bytes of each corpus.
SIZES = {"korean": 8_000_000, "multilingual": 8_000_000, "code": 8_000_000, "english": 10_000_000}
TRAINING_BYTES = 4_000_000
DIGITS = 24  # of a hash
FIELDS = (
    *("ids", "tokens", "offsets", "type_ids", "word_ids", "sequence_ids", "special_tokens_mask"),
)


def tokenizers() -> Iterator[tuple[str, Tokenizer]]:
    """Load every published tokenizer that subword reads; name the others on stderr."""
    for folder in sorted((DATA / "tokenizers").iterdir()):
        if folder.name == "tiktoken":
            for name in TIKTOKEN:
                yield name, Tokenizer.from_tiktoken(tiktoken_file(name), name)
            continue
        try:
            tok = Tokenizer.from_pretrained(folder)
        except (OSError, ValueError) as error:
            print(f"{folder.name}: {error}", file=sys.stderr)
        else:
            yield folder.name, tok


def hash_of(tok: Tokenizer) -> str:
    """Return the hash of what a tokenizer makes of all corpora."""
    found = hashlib.sha256()
    for corpus, size in SIZES.items():
        texts = documents(corpus, size)
        rows = tok.encode_ragged(texts, threads=1)
        found.update(rows.ids.tobytes())
        found.update(rows.row_splits.tobytes())
        rows = tok.encode_ragged(texts, return_offsets=True, threads=1)
        found.update(rows.ids.tobytes())
        found.update(rows.offsets.tobytes())
        found.update("\0".join(tok.decode_batch(rows)).encode())
        for text in texts[::200]:
            encoding = tok.encode(text[:3000], text[50:200])
            fields = tuple(getattr(encoding, field) for field in FIELDS)
            found.update(repr(fields).encode("utf-8", "surrogatepass"))
        found.update(repr(tok.encode_lists(texts[::50])).encode())
    return found.hexdigest()[:DIGITS]


def vocabulary_hash(algorithm: str, corpus: str) -> str:
    """Return the hash of the vocabulary that an algorithm learns."""
    texts = documents(corpus, TRAINING_BYTES)
    tok = subword.train(iter(texts), algorithm=algorithm, vocab_size=8000, progress=False)
    return hashlib.sha256(repr(sorted(tok.get_vocab().items())).encode()).hexdigest()[:DIGITS]


def hashes(names: list[str] | None) -> Iterator[tuple[str, str]]:
    """Make the hash of each tokenizer and of each training, those that are asked for."""
    for name, tok in tokenizers():
        if names is None or name in names:
            yield name, hash_of(tok)
    for algorithm in ("bpe", "byte_level_bpe", "wordpiece"):
        for corpus in ("english", "korean"):
            name = f"train {algorithm} {corpus}"
            if names is None or name in names:
                yield name, vocabulary_hash(algorithm, corpus)


def main() -> int:
    """Print the hashes as JSON, and how they differ from a file's."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--names", nargs="*", help="tokenizers, or 'train bpe korean'")
    parser.add_argument("--compare", type=Path, help="a JSON file of older hashes")
    options = parser.parse_args()
    found = {}
    start = time.perf_counter()
    for name, value in hashes(options.names):
        found[name] = value
        print(f"{name} {value}, {time.perf_counter() - start:.1f} s", file=sys.stderr, flush=True)
        start = time.perf_counter()
    print(json.dumps(found, indent=1, sort_keys=True))
    if options.compare is None:
        return 0
    older = json.loads(options.compare.read_text())
    names = found.keys() if options.names else found.keys() | older.keys()
    changed = sorted(name for name in names if found.get(name) != older.get(name))
    print(f"{len(found)} hashes, {len(changed)} differ: {', '.join(changed)}", file=sys.stderr)
    return int(bool(changed))


if __name__ == "__main__":
    sys.exit(main())
