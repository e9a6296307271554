"""The trainers of one corpus, over the counting and merging of subword."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from subword._core.progress import progress_bar
from subword.compat.tokenizers.added import AddedToken
from subword.compat.tokenizers.base_stage import BaseStage, check_bool, check_count, check_sequence
from subword.compat.tokenizers.models import BPE, Model, Unigram, WordLevel, WordPiece
from subword.corpus.counting import count_source
from subword.corpus.source_options import SourceOptions
from subword.corpus.sources import Source
from subword.corpus.stages import WordStages
from subword.corpus.word_counts import WordCounts
from subword.pre_tokenizers import with_raw_bytes
from subword.trainers.bpe import train_bpe
from subword.trainers.unigram import train_unigram
from subword.vocab.added_tokens import AddedToken as Core
from subword.vocab.vocabulary import Vocabulary


class Trainer(BaseStage):
    """What every trainer does: it fills a model with what it learns."""

    kind: type[Model]
    verb: ClassVar[str] = "merging"

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields)
        for name in ("special_tokens", "initial_alphabet"):
            if name in fields:
                setattr(self, name, fields[name])

    def check(self) -> None:
        """Check the numbers, the strings and the flag."""
        for name in ("vocab_size", "min_frequency", "limit_alphabet", "max_token_length"):
            value = self._fields.get(name)
            required = name in ("vocab_size", "min_frequency") and name in self._fields
            if value is not None or required:
                check_count(name, value)
        for name in ("continuing_subword_prefix", "end_of_word_suffix", "progress_format"):
            value = self._fields.get(name)
            if value is not None and not isinstance(value, str):
                raise TypeError(f"{name} must be a str, got {type(value).__name__}")
        check_bool("show_progress", self.show_progress)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "special_tokens":
            value = AddedToken.list_of(name, value, special=True)
        elif name == "initial_alphabet":
            value = check_sequence(name, value)
            for text in value:
                if not isinstance(text, str):
                    raise TypeError(
                        f"{name} must be a list of str, got {type(text).__name__} in it"
                    )
        super().__setattr__(name, value)

    def train(
        self, model: Model, source: Source, normalizer: Any, pre_tokenizer: Any, added: list[Core]
    ) -> None:
        """Learn a vocabulary and put it into a model.

        Args:
            model: Is filled.
            source: `Files`, or texts.
            normalizer: Of subword, or None.
            pre_tokenizer: Of subword, or None.
            added: Tokens that count as words of their own.

        Raises:
            ValueError: The model is of another kind, or an option is out of range.
        """
        if not isinstance(model, self.kind):
            raise ValueError(
                f"{type(self).__name__} trains {self.kind.__name__}, got {type(model).__name__}"
            )
        byte_level = (
            self.may_count_bytes()
            and pre_tokenizer is not None
            and with_raw_bytes(pre_tokenizer) is not None
            and not added
        )
        known = Vocabulary({}, added, normalizer.normalize_str if normalizer else str)
        stages = WordStages(
            normalizer,
            pre_tokenizer,
            byte_level,
            before_normalizer=known.before_normalizer,
            after_normalizer=known.after_normalizer,
        )
        counts = count_source(source, stages, SourceOptions(progress=self.show_progress))
        object.__setattr__(self, "_word_count", len(counts))
        with progress_bar(
            self.show_progress, self.verb, self.vocab_size, "token", absolute=True
        ) as advance:
            self.fill(model, counts, byte_level, advance)

    def may_count_bytes(self) -> bool:
        """Whether words may be counted as bytes, which the pre-tokenizer writes as characters."""
        return False

    def fill(
        self,
        model: Model,
        counts: WordCounts,
        byte_level: bool,
        advance: Callable[[int], object] | None,
    ) -> None:
        """Put what is learned of the counts, which are used up, into a model."""
        raise NotImplementedError(f"a {type(self).__name__} is a kind of trainer, not a trainer")

    def special_texts(self) -> list[str]:
        """Return the texts of the special tokens."""
        return [token.content for token in self.special_tokens]

    def alphabet(self) -> list[str]:
        """Return the first character of each string of the initial alphabet."""
        return [text[0] for text in self.initial_alphabet if text]


class _MergingTrainer(Trainer):
    """BPE, also for WordPiece."""

    def may_count_bytes(self) -> bool:
        """Not where tokens have a prefix or a suffix, which are characters."""
        return not (self.continuing_subword_prefix or self.end_of_word_suffix)

    def fill(
        self,
        model: Model,
        counts: WordCounts,
        byte_level: bool,
        advance: Callable[[int], object] | None,
    ) -> None:
        """Learn merges."""
        prefix, suffix = self.continuing_subword_prefix, self.end_of_word_suffix
        tokens, merges = train_bpe(
            counts,
            self.vocab_size,
            min_frequency=self.min_frequency,
            special_tokens=self.special_texts(),
            limit_alphabet=self.limit_alphabet,
            initial_alphabet=self.alphabet(),
            continuing_subword_prefix=prefix,
            end_of_word_suffix=suffix,
            max_token_length=self._fields.get("max_token_length"),
            byte_level=byte_level,
            whole_alphabet=True,
            progress=advance,
            consume=True,
        )
        ids = {token: i for i, token in enumerate(tokens)}
        if isinstance(model, BPE):
            model.continuing_subword_prefix, model.end_of_word_suffix = prefix, suffix
            model._forget({"vocab": ids, "merges": [list(pair) for pair in merges]})
        else:
            model.continuing_subword_prefix = prefix or ""
            model._forget({"vocab": ids})


class BpeTrainer(_MergingTrainer):
    """Merges the pair that occurs most often; see `subword.trainers.bpe.train_bpe`."""

    kind = BPE

    def __init__(
        self,
        *,
        vocab_size: int = 30000,
        min_frequency: int = 0,
        show_progress: bool = True,
        progress_format: str = "indicatif",
        special_tokens: list[str | AddedToken] | None = None,
        limit_alphabet: int | None = None,
        initial_alphabet: Sequence[str] = (),
        continuing_subword_prefix: str | None = None,
        end_of_word_suffix: str | None = None,
        max_token_length: int | None = None,
    ) -> None:
        super().__init__(
            vocab_size=vocab_size,
            min_frequency=min_frequency,
            show_progress=show_progress,
            progress_format=progress_format,
            special_tokens=[] if special_tokens is None else special_tokens,
            limit_alphabet=limit_alphabet,
            initial_alphabet=initial_alphabet,
            continuing_subword_prefix=continuing_subword_prefix,
            end_of_word_suffix=end_of_word_suffix,
            max_token_length=max_token_length,
        )

    def get_word_count(self) -> int:
        """Return how many different words the last corpus had, 0 before the first."""
        return int(self.__dict__.get("_word_count", 0))


class WordPieceTrainer(_MergingTrainer):
    """The same by frequency, with the prefix of WordPiece, as the original does it.

    For a score by likelihood see `subword.train`.
    """

    kind = WordPiece

    def __init__(
        self,
        *,
        vocab_size: int = 30000,
        min_frequency: int = 0,
        show_progress: bool = True,
        special_tokens: list[str | AddedToken] | None = None,
        limit_alphabet: int | None = None,
        initial_alphabet: Sequence[str] = (),
        continuing_subword_prefix: str | None = "##",
        end_of_word_suffix: str | None = None,
    ) -> None:
        super().__init__(
            vocab_size=vocab_size,
            min_frequency=min_frequency,
            show_progress=show_progress,
            special_tokens=[] if special_tokens is None else special_tokens,
            limit_alphabet=limit_alphabet,
            initial_alphabet=initial_alphabet,
            continuing_subword_prefix=continuing_subword_prefix,
            end_of_word_suffix=end_of_word_suffix,
        )


class UnigramTrainer(Trainer):
    """Keeps the pieces that make the words most likely; see `subword.trainers.unigram`.

    Pieces and scores are not those of the original, which depend on its threads: held-out text is
    at least as likely with these.
    """

    kind = Unigram
    verb = "pruning"

    def __init__(
        self,
        *,
        vocab_size: int = 8000,
        show_progress: bool = True,
        special_tokens: list[str | AddedToken] | None = None,
        initial_alphabet: Sequence[str] = (),
        shrinking_factor: float = 0.75,
        unk_token: str | None = None,
        max_piece_length: int = 16,
        n_sub_iterations: int = 2,
        seed_size: int = 1_000_000,
    ) -> None:
        super().__init__(
            vocab_size=vocab_size,
            show_progress=show_progress,
            special_tokens=[] if special_tokens is None else special_tokens,
            initial_alphabet=initial_alphabet,
            shrinking_factor=shrinking_factor,
            unk_token=unk_token,
            max_piece_length=max_piece_length,
            n_sub_iterations=n_sub_iterations,
            seed_size=seed_size,
        )

    def fill(
        self,
        model: Model,
        counts: WordCounts,
        byte_level: bool,
        advance: Callable[[int], object] | None,
    ) -> None:
        """Learn pieces. The unknown token takes the first id unless it is a special one."""
        specials = self.special_texts()
        if self.unk_token is not None and self.unk_token not in specials:
            specials.insert(0, self.unk_token)
        pieces = train_unigram(
            counts,
            self.vocab_size,
            special_tokens=specials,
            initial_alphabet=self.alphabet(),
            shrinking_factor=self.shrinking_factor,
            n_sub_iterations=self.n_sub_iterations,
            max_piece_length=self.max_piece_length,
            seed_size=self.seed_size,
            whole_alphabet=not len(counts),
            progress=advance,
            consume=True,
        )
        texts = [piece for piece, _ in pieces]
        unk_id = None if self.unk_token is None else texts.index(self.unk_token)
        model._fields["unk_id"] = unk_id
        model._forget({"vocab": [list(piece) for piece in pieces]})


class WordLevelTrainer(Trainer):
    """Takes the most frequent words, of equal ones those that come first by their characters."""

    kind = WordLevel
    verb = "choosing"

    def __init__(
        self,
        *,
        vocab_size: int = 30000,
        min_frequency: int = 0,
        show_progress: bool = True,
        special_tokens: list[str | AddedToken] | None = None,
    ) -> None:
        super().__init__(
            vocab_size=vocab_size,
            min_frequency=min_frequency,
            show_progress=show_progress,
            special_tokens=[] if special_tokens is None else special_tokens,
        )

    def fill(
        self,
        model: Model,
        counts: WordCounts,
        byte_level: bool,
        advance: Callable[[int], object] | None,
    ) -> None:
        """Take words. One that is a special token as well takes a second id, as in the original."""
        words = [word for word, count in counts.items() if count >= self.min_frequency]
        tokens = [*self.special_texts(), *words][: self.vocab_size]
        model._forget({"vocab": {token: i for i, token in enumerate(tokens)}})


# What `Model.get_trainer` returns: trainers import models, so models cannot import trainers.
BPE.trainer, WordPiece.trainer = BpeTrainer, WordPieceTrainer
Unigram.trainer, WordLevel.trainer = UnigramTrainer, WordLevelTrainer
