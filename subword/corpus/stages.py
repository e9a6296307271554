"""The stages that cut text into the words that are counted, and those of each algorithm."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from subword._core.pipeline import Normalizer, PreTokenizer
from subword._regex.patterns import Regex
from subword.corpus.word_counter import WordCounter
from subword.corpus.word_counts import WordCounts
from subword.formats.stages_json import stage_to_config
from subword.normalizers import NFKC, BertNormalizer, Nmt, Replace, Sequence, Strip
from subword.pre_tokenizers import BertPreTokenizer, ByteLevel, Metaspace, Whitespace
from subword.vocab.added_tokens import AddedTokenMatcher

Algorithm = Literal["bpe", "byte_level_bpe", "wordpiece", "unigram", "word_level"]


@dataclass(frozen=True)
class WordStages:
    """What makes words of text; see `WordCounter`.

    Args:
        normalizer, pre_tokenizer: The stages; None leaves the text as it is.
        byte_level: Words are counted as bytes, before the byte alphabet.
        before_normalizer, after_normalizer: Find the added tokens in the original and
            in the normalized text.
    """

    normalizer: Normalizer | None
    pre_tokenizer: PreTokenizer | None
    byte_level: bool = False
    before_normalizer: AddedTokenMatcher | None = None
    after_normalizer: AddedTokenMatcher | None = None

    def description(self) -> str:
        """Return what makes words of text as JSON, the same for equal stages.

        >>> algorithm_stages("bpe").description()
        '{"normalizer": null, "pre_tokenizer": {"type": "Whitespace"}, "byte_level": false}'
        """
        parts = {
            "normalizer": _config_of("normalizer", self.normalizer),
            "pre_tokenizer": _config_of("pre_tokenizer", self.pre_tokenizer),
        }
        return json.dumps({**parts, "byte_level": self.byte_level}, ensure_ascii=False)

    def check_counts(self, counts: WordCounts, name: str = "the counts") -> None:
        """Refuse counts of words that other stages made; those of unknown stages are taken.

        Args:
            counts: Counts of words.
            name: Where they come from, for the error.

        Raises:
            ValueError: They were made by other stages.
        """
        wanted = self.description()
        if counts.pipeline is not None and counts.pipeline != wanted:
            raise ValueError(
                f"{name}: made for {_named(counts.pipeline)}, so they cannot train "
                f"{_named(wanted)}: count the words again, or train what they were made for"
            )

    def counter(self) -> WordCounter:
        """Return a counter of such words, for one thread."""
        return WordCounter(
            self.normalizer,
            self.pre_tokenizer,
            byte_level=self.byte_level,
            before_normalizer=self.before_normalizer,
            after_normalizer=self.after_normalizer,
        )


def _config_of(name: str, stage: Normalizer | PreTokenizer | None) -> dict[str, Any] | None:
    """Return what counts say of a stage.

    Raises:
        ValueError: A tokenizer.json cannot express it.
    """
    try:
        return None if stage is None else stage_to_config(stage)
    except ValueError as error:
        raise ValueError(
            f"{name} {stage!r}: no words are counted with it, as counts name their stages in the"
            " form of a tokenizer.json, which cannot express this one; subword.train takes the"
            " character map of a .model as"
            " normalizers.Precompiled(tokenizer.normalizer.precompiled_charsmap), with"
            " pre_tokenizers.Metaspace() for the blanks"
        ) from error


def _sentencepiece_normalizer() -> Normalizer:
    """Return what sentencepiece does to text: its rule nmt_nfkc, and no white space too much.

    The rule is written as the SentencePieceUnigramTokenizer of `tokenizers` writes it. That one
    leaves blanks at the ends of texts, and each would be a token of its own, as the end of every
    line would be here.
    """
    return Sequence([Nmt(), NFKC(), Strip(), Replace(Regex(" {2,}"), " ")])


# The stages of each algorithm; called with whether to lower-case.
_STAGES: dict[Algorithm, Callable[[bool], WordStages]] = {
    "bpe": lambda lowercase: WordStages(None, Whitespace()),
    "byte_level_bpe": lambda lowercase: WordStages(
        None, ByteLevel(add_prefix_space=False), byte_level=True
    ),
    "wordpiece": lambda lowercase: WordStages(
        BertNormalizer(lowercase=lowercase), BertPreTokenizer()
    ),
    "unigram": lambda lowercase: WordStages(_sentencepiece_normalizer(), Metaspace()),
    "word_level": lambda lowercase: WordStages(None, Whitespace()),
}
ALGORITHMS: tuple[Algorithm, ...] = tuple(_STAGES)


def _named(description: str) -> str:
    """Return what the stages of a description are: those of an algorithm, if they are."""
    for algorithm in ALGORITHMS:
        for lowercase in (True, False):
            if algorithm_stages(algorithm, lowercase=lowercase).description() == description:
                return repr(algorithm) if lowercase else f"{algorithm!r} (cased)"
    return f"the stages {description}"


def algorithm_stages(
    algorithm: Algorithm,
    normalizer: Normalizer | None = None,
    pre_tokenizer: PreTokenizer | None = None,
    lowercase: bool = True,
) -> WordStages:
    """Return the stages in front of the model of an algorithm.

    Args:
        algorithm: One of `ALGORITHMS`.
        normalizer: Takes the place of the algorithm's own unless it is None.
        pre_tokenizer: The same.
        lowercase: For "wordpiece" with its own normalizer: lower-case and strip accents.

    Raises:
        ValueError: There is no such algorithm.

    Example:
        >>> algorithm_stages("byte_level_bpe").byte_level
        True
    """
    if algorithm not in _STAGES:
        raise ValueError(
            f"algorithm must be one of {', '.join(map(repr, ALGORITHMS))}, got {algorithm!r}"
        )
    own = _STAGES[algorithm](lowercase)
    return WordStages(
        own.normalizer if normalizer is None else normalizer,
        own.pre_tokenizer if pre_tokenizer is None else pre_tokenizer,
        own.byte_level,
    )
