"""Train a tokenizer: count words, learn merges, put the pipeline around the vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from subword import decoders
from subword._core.pipeline import Normalizer, PreTokenizer
from subword._core.progress import progress_bar
from subword.corpus.counting import Algorithm, count_words, stages
from subword.corpus.sources import PathLike, Source
from subword.corpus.word_counts import WordCounts
from subword.formats import presets
from subword.tokenizer import Tokenizer
from subword.trainers.bpe import train_bpe
from subword.trainers.wordpiece import train_wordpiece
from subword.vocab.added_tokens import AddedToken
from subword.vocab.byte_alphabet import CHARS

Score = Literal["likelihood", "frequency", "gain"]


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
    checkpoint: PathLike | None = None,
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
        checkpoint: See `count_words`.
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
            checkpoint=checkpoint,
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
    arguments: dict[str, Any] = {**parts, "normalizer": normalizer, "pre_tokenizer": pre_tokenizer}
    return Tokenizer(**arguments | {"added_tokens": added})
