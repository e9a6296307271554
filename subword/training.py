"""Train a tokenizer: count words, learn merges, put the pipeline around the vocabulary."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from subword import decoders, presets, sources
from subword._pipeline import Normalizer, PreTokenizer
from subword.added_tokens import AddedToken
from subword.byte_alphabet import CHARS
from subword.normalizers import BertNormalizer
from subword.pre_tokenizers import BertPreTokenizer, ByteLevel, Whitespace
from subword.progress import progress_bar
from subword.sources import Source
from subword.cores import available_threads
from subword.tokenizer import Tokenizer
from subword.trainers.bpe import train_bpe
from subword.trainers.counting import WordCounter
from subword.trainers.word_counts import WordCounts
from subword.trainers.wordpiece import train_wordpiece

Algorithm = Literal["bpe", "byte_level_bpe", "wordpiece"]
Score = Literal["likelihood", "frequency", "gain"]
ALGORITHMS: tuple[Algorithm, ...] = ("bpe", "byte_level_bpe", "wordpiece")


def count_words(
    source: Source,
    *,
    algorithm: Algorithm = "bpe",
    normalizer: Normalizer | None = None,
    pre_tokenizer: PreTokenizer | None = None,
    lowercase: bool = True,
    field: str | None = None,
    column: str | None = None,
    threads: int | None = None,
    progress: bool = True,
) -> WordCounts:
    """Count the words of a source, as `train` would cut them.

    The counts of parts of a corpus add up to those of the whole, so they can be made on many
    machines, kept in files and trained on later. They do not depend on `threads`.

    Args:
        source: A path, a list of paths, or any iterable of str. Files are text (each line is a text
            of its own and keeps its newline), JSON lines (`field`), Parquet or Arrow (`column`),
            all but the latter also as .gz or .zst. A list of str is one of paths when its first
            item is the name of a file or ends like one (.txt).
        algorithm: Whose stages to run: "bpe", "byte_level_bpe" or "wordpiece".
        normalizer: A stage of your own; None takes the algorithm's (see `train`).
        pre_tokenizer: The same.
        lowercase: For "wordpiece" without a normalizer of your own: lower-case and strip accents.
        field: Read JSON lines and take this field.
        column: Read Parquet or Arrow and take this column.
        threads: How many threads may work; None for every core of this process.
        progress: Show a bar, if tqdm is installed and stderr is a terminal.

    Raises:
        OSError: A file is not there; this is found before anything is read.
        ValueError: A file is not what it should be, or a text is not UTF-8; the message names file
            and place.
        TypeError: An item of the iterable is not a str.

    Example:
        >>> count_words(["low lower", "low"], progress=False).most_common()
        [('low', 2), ('lower', 1)]
    """
    normalizer, pre_tokenizer = stages(algorithm, normalizer, pre_tokenizer, lowercase)
    counters = [
        WordCounter(normalizer, pre_tokenizer, byte_level=algorithm == "byte_level_bpe")
        for _ in range(checked_threads(threads))
    ]
    return run_counters(counters, source, field, column, progress)


def run_counters(
    counters: list[WordCounter],
    source: Source,
    field: str | None,
    column: str | None,
    progress: bool,
) -> WordCounts:
    """Count a source with a thread for each counter, the caller's among them."""
    total = sources.total_bytes(sources.paths_of(source))
    errors: list[BaseException] = []
    with progress_bar(progress, "reading", total, "B") as advance:
        shared = sources.Shared(
            sources.batches(source, field=field, column=column, advance=advance)
        )

        def work(counter: WordCounter) -> None:
            try:
                while not errors and (batch := shared.draw()) is not None:
                    batch.count(counter)
            except BaseException as error:
                errors.append(error)

        helpers = [
            threading.Thread(target=work, args=(counter,), daemon=True) for counter in counters[1:]
        ]
        for helper in helpers:
            helper.start()
        try:
            work(counters[0])
        finally:
            for helper in helpers:
                helper.join()
    if errors:
        raise errors[0]
    counts = counters[0].finish()
    for counter in counters[1:]:
        counts += counter.finish()
    return counts


def train(
    source: Source | Mapping[str, int] | WordCounts,
    algorithm: Algorithm = "bpe",
    vocab_size: int = 30000,
    *,
    normalizer: Normalizer | None = None,
    pre_tokenizer: PreTokenizer | None = None,
    lowercase: bool = True,
    field: str | None = None,
    column: str | None = None,
    threads: int | None = None,
    progress: bool = True,
    **options: Any,
) -> Tokenizer:
    """Train a tokenizer on text.

    - "bpe": words as `Whitespace` cuts them, in characters, merged by frequency.
    - "byte_level_bpe": words as GPT-2's `ByteLevel` cuts them, in bytes; the alphabet is all 256
      unless `initial_alphabet` says otherwise.
    - "wordpiece": BERT's normalizer and words, characters with "##" inside words, merged by
      likelihood (or as `score` says); [UNK] takes the first id unless it is among the special
      tokens.

    The first two are those of `tokenizers`' BpeTrainer, id by id. Nothing depends on threads or the
    order of files.

    Args:
        source: See `count_words`; or the counts themselves, as for `train_from_counts`.
        algorithm: "bpe", "byte_level_bpe" or "wordpiece".
        vocab_size: Tokens wanted, special tokens and alphabet included.
        normalizer: A stage in place of the algorithm's own. `normalizers.Sequence([])` changes
            nothing.
        pre_tokenizer: A stage in place of the algorithm's own.
        lowercase: For "wordpiece" without a normalizer of your own: lower-case and strip accents.
        field: Read JSON lines and take this field.
        column: Read Parquet or Arrow and take this column.
        threads: How many threads may count; None for every core of this process.
        progress: Show bars, if tqdm is installed and stderr is a terminal.
        options: `min_frequency`, `special_tokens`, `limit_alphabet`, `initial_alphabet`,
            `continuing_subword_prefix` and `unk_token` for all; `end_of_word_suffix` and
            `max_token_length` for BPE; `score` for WordPiece. See `train_bpe` and
            `train_wordpiece`.

    Raises:
        OSError, ValueError, TypeError: See `count_words`, `train_bpe` and `train_wordpiece`.

    Example:
        >>> tokenizer = train(["low lower lowest"] * 9, vocab_size=11, progress=False)
        >>> tokenizer.encode("lower").tokens
        ['lowe', 'r']
    """
    if isinstance(source, Mapping | WordCounts):
        counts: Mapping[str, int] | WordCounts = source
    else:
        counts = count_words(
            source,
            algorithm=algorithm,
            normalizer=normalizer,
            pre_tokenizer=pre_tokenizer,
            lowercase=lowercase,
            field=field,
            column=column,
            threads=threads,
            progress=progress,
        )
    return train_from_counts(
        counts,
        algorithm,
        vocab_size,
        normalizer=normalizer,
        pre_tokenizer=pre_tokenizer,
        lowercase=lowercase,
        progress=progress,
        consume=counts is not source,
        **options,
    )


def train_from_counts(
    counts: WordCounts | Mapping[str, int],
    algorithm: Algorithm = "bpe",
    vocab_size: int = 30000,
    *,
    min_frequency: int | None = None,
    special_tokens: Iterable[str | AddedToken] = (),
    limit_alphabet: int | None = None,
    initial_alphabet: Iterable[str] | None = None,
    continuing_subword_prefix: str | None = None,
    end_of_word_suffix: str | None = None,
    max_token_length: int | None = None,
    score: Score = "likelihood",
    unk_token: str | None = None,
    normalizer: Normalizer | None = None,
    pre_tokenizer: PreTokenizer | None = None,
    lowercase: bool = True,
    progress: bool = True,
    consume: bool = False,
) -> Tokenizer:
    """Train a tokenizer on words that have been counted.

    Args:
        counts: What `count_words` returned for the same algorithm and stages, or any mapping from
            word to count. Words are text behind normalizer and pre-tokenizer; for "byte_level_bpe"
            as they stand in the text, with their space in front.
        algorithm: As for `train`.
        vocab_size: As for `train`.
        min_frequency: Least count of a pair that is merged; None is 0 for BPE, and for WordPiece
            what `train_wordpiece` says.
        special_tokens: Tokens that take the first ids and are found in text before anything else.
        limit_alphabet: Keep only this many characters, the most frequent.
        initial_alphabet: Characters in the alphabet whether seen or not; None is all 256 for
            "byte_level_bpe", else none.
        continuing_subword_prefix: Carried by symbols inside a word; None is "##" for WordPiece,
            else none.
        end_of_word_suffix: Carried by symbols that end a word; BPE only.
        max_token_length: Limits the length of tokens as `train_bpe` says; BPE only.
        score: What is merged next; WordPiece only, see `train_wordpiece`.
        unk_token: Stands for what the vocabulary cannot spell; it becomes a special token, the
            first unless it is given among them. None is "[UNK]" for WordPiece, none for BPE.
        normalizer: As for `train`.
        pre_tokenizer: As for `train`.
        lowercase: As for `train`.
        progress: As for `train`.
        consume: Empty `counts`, a `WordCounts`, once they have been read, to save memory.

    Raises:
        ValueError: An option is out of range or not for this algorithm, a count is negative or not
            a whole number, there are no words, or `vocab_size` is below the alphabet.

    Example:
        >>> counts = {"hug": 10, "pug": 5, "hugs": 5}
        >>> tokenizer = train_from_counts(counts, vocab_size=7, progress=False)
        >>> tokenizer.encode("hugs").tokens
        ['hug', 's']
    """
    normalizer, pre_tokenizer = stages(algorithm, normalizer, pre_tokenizer, lowercase)
    if not isinstance(counts, WordCounts):
        counts = WordCounts(counts)
    if algorithm == "wordpiece":
        unk_token = "[UNK]" if unk_token is None else unk_token
        for name, value in (
            ("end_of_word_suffix", end_of_word_suffix),
            ("max_token_length", max_token_length),
        ):
            if value is not None:
                raise ValueError(f"{name} is for bpe and byte_level_bpe, not for wordpiece")
    elif score != "likelihood":
        raise ValueError(f"score is for wordpiece, not for {algorithm}")
    added = [
        t if isinstance(t, AddedToken) else AddedToken(t, special=True) for t in special_tokens
    ]
    if unk_token is not None and unk_token not in {token.content for token in added}:
        added.insert(0, AddedToken(unk_token, special=True))
    common: dict[str, Any] = {
        "consume": consume,
        "special_tokens": [t.content for t in added],
        "limit_alphabet": limit_alphabet,
    }
    with progress_bar(progress, "merging", vocab_size, "token", absolute=True) as advance:
        if algorithm == "wordpiece":
            prefix = "##" if continuing_subword_prefix is None else continuing_subword_prefix
            vocab, _ = train_wordpiece(
                counts,
                vocab_size,
                score=score,
                min_frequency=min_frequency,
                initial_alphabet=initial_alphabet or (),
                continuing_subword_prefix=prefix,
                progress=advance,
                **common,
            )
            ids = {token: i for i, token in enumerate(vocab)}
            parts = presets.wordpiece_parts(
                ids, lowercase, unk_token=str(unk_token), continuing_subword_prefix=prefix
            )
        else:
            byte_level = algorithm == "byte_level_bpe"
            if initial_alphabet is None:
                initial_alphabet = CHARS if byte_level else ()
            vocab, merges = train_bpe(
                counts,
                vocab_size,
                min_frequency=min_frequency or 0,
                initial_alphabet=initial_alphabet,
                continuing_subword_prefix=continuing_subword_prefix,
                end_of_word_suffix=end_of_word_suffix,
                max_token_length=max_token_length,
                byte_level=byte_level,
                progress=advance,
                **common,
            )
            ids = {token: i for i, token in enumerate(vocab)}
            parts = presets.bpe_parts(
                ids,
                merges,
                byte_level,
                unk_token=unk_token,
                continuing_subword_prefix=continuing_subword_prefix,
                end_of_word_suffix=end_of_word_suffix,
            )
            if continuing_subword_prefix and not byte_level:
                parts["decoder"] = decoders.WordPiece(continuing_subword_prefix)
    return Tokenizer(
        **{**parts, "normalizer": normalizer, "pre_tokenizer": pre_tokenizer, "added_tokens": added}
    )


def stages(
    algorithm: str,
    normalizer: Normalizer | None,
    pre_tokenizer: PreTokenizer | None,
    lowercase: bool = True,
) -> tuple[Normalizer | None, PreTokenizer]:
    """Return the stages in front of an algorithm's model: those given, or its own.

    Raises:
        ValueError: There is no such algorithm.
    """
    if algorithm not in ALGORITHMS:
        raise ValueError(
            f"algorithm must be one of {', '.join(map(repr, ALGORITHMS))}, got {algorithm!r}"
        )
    if algorithm == "wordpiece":
        return normalizer or BertNormalizer(
            lowercase=lowercase
        ), pre_tokenizer or BertPreTokenizer()
    if algorithm == "byte_level_bpe":
        return normalizer, pre_tokenizer or ByteLevel(add_prefix_space=False)
    return normalizer, pre_tokenizer or Whitespace()


def checked_threads(threads: int | None) -> int:
    """Return how many threads to use.

    Raises:
        ValueError: `threads` is below 1.
    """
    if threads is not None and threads < 1:
        raise ValueError(f"threads must be at least 1, got {threads}")
    return threads or available_threads()
