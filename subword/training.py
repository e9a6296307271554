"""Train a tokenizer: count words, learn merges, put the pipeline around the vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from subword._core.checks import check_list
from subword._core.pipeline import Normalizer, PreTokenizer
from subword._core.progress import progress_bar
from subword.corpus.counting import count_source
from subword.corpus.source_options import SourceOptions
from subword.corpus.sources import PathLike, Source
from subword.corpus.stages import Algorithm, algorithm_stages
from subword.corpus.word_counts import WordCounts
from subword.tokenizer import Tokenizer
from subword.trainers.algorithms import ALGORITHM_TRAINERS, check_algorithm_options
from subword.trainers.options import Score, TrainingOptions
from subword.vocab.added_tokens import AddedToken
from subword.vocab.vocabulary import as_added_tokens


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
    - "unigram": words as sentencepiece makes them (NFKC; each begins with "▁"), cut into the pieces
      that make them most likely; <unk> takes the first id unless it is among the special tokens.
    - "word_level": words as `Whitespace` cuts them, whole; [UNK] takes the first id as well.
    - "wordpiece": BERT's normalizer and words, characters with "##" inside words, merged by
      likelihood (or as `score` says); [UNK] takes the first id unless it is among the special
      tokens.

    The first two are those of `tokenizers`' BpeTrainer, id by id. Nothing depends on threads or the
    order of files.

    Args:
        source: See `count_words`; or the counts themselves, as for `train_from_counts`.
        algorithm: "bpe", "byte_level_bpe", "wordpiece", "unigram" or "word_level".
        vocab_size: Tokens wanted, special tokens and alphabet included.
        normalizer: A stage in place of the algorithm's own. `normalizers.Sequence([])` changes
            nothing.
        pre_tokenizer: A stage in place of the algorithm's own.
        lowercase: For "wordpiece" without a normalizer of your own: lower-case and strip accents.
        field: Read JSON lines and take this field.
        column: Read Parquet or Arrow and take this column.
        threads: How many threads may work; None for every core of this process.
        progress: Show bars, if tqdm is installed and stderr is a terminal.
        checkpoint: See `count_words`.
        options: `min_frequency`, `special_tokens` and `unk_token` for all; `limit_alphabet` and
            `initial_alphabet` for all but "word_level"; `continuing_subword_prefix` for BPE and
            WordPiece; `end_of_word_suffix` and `max_token_length` for BPE; `score` for WordPiece;
            `shrinking_factor`, `n_sub_iterations`, `max_piece_length` and `seed_size` for Unigram.
            See `train_bpe`, `train_wordpiece`, `train_unigram` and `train_word_level`.

    Raises:
        OSError, ValueError, TypeError: See `count_words` and the functions named above.

    Example:
        >>> tokenizer = train(["low lower lowest"] * 9, vocab_size=11, progress=False)
        >>> tokenizer.encode("lower").tokens
        ['lowe', 'r']
    """
    counts: Mapping[str, int] | WordCounts
    if isinstance(source, Mapping | WordCounts):
        counts = source
    else:
        counts = count_source(
            source,
            algorithm_stages(algorithm, normalizer, pre_tokenizer, lowercase),
            SourceOptions(
                field=field,
                column=column,
                threads=threads,
                progress=progress,
                checkpoint=checkpoint,
            ),
        )
    return train_from_counts(
        counts,
        algorithm,
        vocab_size,
        normalizer=normalizer,
        pre_tokenizer=pre_tokenizer,
        lowercase=lowercase,
        threads=threads,
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
    shrinking_factor: float = 0.75,
    n_sub_iterations: int = 2,
    max_piece_length: int = 16,
    seed_size: int = 1_000_000,
    unk_token: str | None = None,
    normalizer: Normalizer | None = None,
    pre_tokenizer: PreTokenizer | None = None,
    lowercase: bool = True,
    threads: int | None = None,
    progress: bool = True,
    consume: bool = False,
) -> Tokenizer:
    """Train a tokenizer on words that have been counted.

    Args:
        counts: What `count_words` returned for the same algorithm and stages, or any mapping from
            word to count. Words are text after normalizer and pre-tokenizer; for "byte_level_bpe"
            as they stand in the text, with their space in front.
        algorithm: As for `train`.
        vocab_size: As for `train`.
        min_frequency: Least count of a pair that is merged; None is 0 for BPE, and for WordPiece
            what `train_wordpiece` says. For Unigram that of a piece to start with, None is 2; for
            words, of a word.
        special_tokens: Tokens that take the first ids and are found in text before anything else.
        limit_alphabet: Keep only this many characters, the most frequent. Not for words.
        initial_alphabet: Characters in the alphabet whether seen or not; None is all 256 for
            "byte_level_bpe", else none. Not for words.
        continuing_subword_prefix: Carried by symbols inside a word; None is "##" for WordPiece,
            else none. BPE and WordPiece only.
        end_of_word_suffix: Carried by symbols that end a word; BPE only.
        max_token_length: Limits the length of tokens as `train_bpe` says; BPE only.
        score: What is merged next; WordPiece only, see `train_wordpiece`.
        shrinking_factor: Unigram only, as the next three: which part of the pieces a round of
            pruning leaves.
        n_sub_iterations: How often a round computes probabilities anew.
        max_piece_length: Most characters of a piece.
        seed_size: Pieces to start with, at most; see `train_unigram`.
        unk_token: Stands for what the vocabulary cannot spell; it becomes a special token, the
            first unless it is given among them. None is "[UNK]" for WordPiece and words, "<unk>"
            for Unigram, none for BPE.
        normalizer: As for `train`.
        pre_tokenizer: As for `train`.
        lowercase: As for `train`.
        threads: How many threads may learn, None for every core: those of Unigram.
        progress: As for `train`.
        consume: Empty `counts`, a `WordCounts`, once they have been read, to save memory.

    Raises:
        TypeError: One str is given where several are meant.
        ValueError: The counts are known to be of words that other stages make, an option is out of
            range or not for this algorithm, a count is negative or not
            a whole number, there are no words, or `vocab_size` is below the alphabet.

    Example:
        >>> counts = {"hug": 10, "pug": 5, "hugs": 5}
        >>> tokenizer = train_from_counts(counts, vocab_size=7, progress=False)
        >>> tokenizer.encode("hugs").tokens
        ['hug', 's']
    """
    stages = algorithm_stages(algorithm, normalizer, pre_tokenizer, lowercase)
    if initial_alphabet is not None:
        initial_alphabet = check_list("initial_alphabet", initial_alphabet)
    if not isinstance(counts, WordCounts):
        counts = WordCounts(counts)
    stages.check_counts(counts)
    own = {
        "end_of_word_suffix": end_of_word_suffix is not None,
        "max_token_length": max_token_length is not None,
        "score": score != "likelihood",
        "limit_alphabet": limit_alphabet is not None,
        "initial_alphabet": initial_alphabet is not None,
        "continuing_subword_prefix": continuing_subword_prefix is not None,
        "shrinking_factor": shrinking_factor != 0.75,
        "n_sub_iterations": n_sub_iterations != 2,
        "max_piece_length": max_piece_length != 16,
        "seed_size": seed_size != 1_000_000,
    }
    check_algorithm_options(algorithm, {name for name, given in own.items() if given})
    trainer = ALGORITHM_TRAINERS[algorithm]
    unk_token = trainer.unk_token if unk_token is None else unk_token
    added = as_added_tokens("special_tokens", special_tokens)
    if unk_token is not None and unk_token not in {token.content for token in added}:
        added.insert(0, AddedToken(unk_token, special=True))
    with progress_bar(progress, trainer.verb, vocab_size, "token", absolute=True) as advance:
        options = TrainingOptions(
            vocab_size=vocab_size,
            min_frequency=min_frequency,
            special_tokens=[token.content for token in added],
            limit_alphabet=limit_alphabet,
            initial_alphabet=initial_alphabet,
            continuing_subword_prefix=continuing_subword_prefix,
            end_of_word_suffix=end_of_word_suffix,
            max_token_length=max_token_length,
            score=score,
            shrinking_factor=shrinking_factor,
            n_sub_iterations=n_sub_iterations,
            max_piece_length=max_piece_length,
            seed_size=seed_size,
            threads=threads,
            unk_token=unk_token,
            lowercase=lowercase,
            consume=consume,
            progress=advance,
        )
        parts: dict[str, Any] = {**trainer.train(counts, options)}
    parts["normalizer"] = stages.normalizer
    parts["pre_tokenizer"] = stages.pre_tokenizer
    parts["added_tokens"] = added
    return Tokenizer(**parts)
