"""`ParityBpeTrainer`, which takes texts of several languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from subword._core.progress import progress_bar
from subword.compat.tokenizers.base_stage import check_bool, check_count
from subword.compat.tokenizers.input_types import texts_of
from subword.compat.tokenizers.models import BPE
from subword.compat.tokenizers.trainers.single_corpus import Trainer
from subword.corpus.counting import count_source
from subword.corpus.source_options import SourceOptions
from subword.corpus.stages import WordStages
from subword.trainers.parity import ParityOptions, check_languages, train_parity_bpe

VARIANTS = ("base", "window")


class ParityBpeTrainer(Trainer):
    """Merges, for the language that is worst off, its most frequent pair.

    See `subword.trainers.parity`. It learns what the original learns, in plain Python, so it takes
    its time.
    """

    kind = BPE

    def __init__(
        self,
        num_merges: int = 32000,
        variant: str = "base",
        min_frequency: int = 0,
        ratio: Sequence[float] | None = None,
        global_merges: int = 0,
        window_size: int = 100,
        alpha: float = 2.0,
        total_symbols: bool = False,
        special_tokens: list[Any] | None = None,
        show_progress: bool = True,
        limit_alphabet: int | None = None,
        initial_alphabet: Sequence[str] | None = None,
        continuing_subword_prefix: str | None = None,
        end_of_word_suffix: str | None = None,
        max_token_length: int | None = None,
    ) -> None:
        if variant not in VARIANTS:
            raise ValueError(f"Unknown variant '{variant}'. Use 'base' or 'window'.")
        for text in initial_alphabet or ():
            if isinstance(text, str) and len(text) != 1:
                raise ValueError(f"expected a string of length 1, got {text!r:.40}")
        super().__init__(
            num_merges=num_merges,
            variant=variant,
            min_frequency=min_frequency,
            ratio=None if ratio is None else [float(share) for share in ratio],
            global_merges=global_merges,
            window_size=window_size,
            alpha=float(alpha),
            total_symbols=total_symbols,
            special_tokens=[] if special_tokens is None else special_tokens,
            show_progress=show_progress,
            limit_alphabet=limit_alphabet,
            initial_alphabet=[] if initial_alphabet is None else initial_alphabet,
            continuing_subword_prefix=continuing_subword_prefix,
            end_of_word_suffix=end_of_word_suffix,
            max_token_length=max_token_length,
        )
        self.check()

    def check(self) -> None:
        """Check the numbers, the strings and the flags."""
        super().check()
        for name in ("num_merges", "global_merges", "window_size"):
            check_count(name, self._fields[name])
        check_bool("total_symbols", self.total_symbols)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("variant", "ratio"):
            raise AttributeError(f"attribute {name!r} of a ParityBpeTrainer is not writable")
        super().__setattr__(name, value)

    def train(self, *_: Any) -> None:
        """Refuse: the texts of each language are given apart."""
        raise TypeError("a ParityBpeTrainer trains by its own `train_from_iterator`")

    def train_from_iterator(
        self,
        tokenizer: Any,
        train_iterators: Sequence[Iterable[Any]],
        dev_iterators: Sequence[Iterable[Any]] | None = None,
        ratio: Sequence[float] | None = None,
    ) -> None:
        """Learn the vocabulary of a tokenizer from the texts of several languages.

        Args:
            tokenizer: A `Tokenizer` with a BPE model; its pre-tokenizer and normalizer make words.
            train_iterators: The texts of each language, or lists of texts.
            dev_iterators: Other texts of each language, best the same in all: the language whose
                texts take the most tokens has the next merge.
            ratio: Instead, the compression that is wanted of each language.

        Raises:
            TypeError: An argument is of another kind.
            ValueError: The numbers of languages differ, or an option is out of range.
        """
        for name, given in (("train_iterators", train_iterators), ("dev_iterators", dev_iterators)):
            if given is None and name == "dev_iterators":
                continue
            if isinstance(given, str) or not isinstance(given, Sequence):
                raise TypeError(
                    f"{name} must be a list with the texts of each language, got "
                    f"{type(given).__name__}"
                )
        if not train_iterators:
            raise ValueError("train_iterators must not be empty")
        if dev_iterators is not None and len(dev_iterators) != len(train_iterators):
            raise ValueError(
                f"dev_iterators length ({len(dev_iterators)}) must match train_iterators length "
                f"({len(train_iterators)})"
            )
        if not isinstance(tokenizer.model, BPE):
            raise ValueError(f"ParityBpeTrainer trains BPE, got {type(tokenizer.model).__name__}")
        shares = None
        if dev_iterators is None:
            shares = self.ratio if ratio is None else [float(share) for share in ratio]
        options = self._options()
        check_languages([{}] * len(train_iterators), options, (), shares)
        parts = (tokenizer.normalizer, tokenizer.pre_tokenizer)
        normalizer, pre_tokenizer = (part.core if part else None for part in parts)
        stages = WordStages(normalizer, pre_tokenizer)
        reading = SourceOptions(progress=self.show_progress)
        counted = [
            [dict(count_source(texts_of(texts), stages, reading).items()) for texts in languages]
            for languages in (train_iterators, dev_iterators or ())
        ]
        with progress_bar(
            self.show_progress, "merging", self.num_merges, "merge", absolute=True
        ) as advance:
            vocab, merges = train_parity_bpe(
                counted[0], options, counted[1], shares, progress=advance
            )
        model = tokenizer.model
        model.continuing_subword_prefix = self.continuing_subword_prefix
        model.end_of_word_suffix = self.end_of_word_suffix
        model._forget({"vocab": vocab, "merges": [list(pair) for pair in merges]})
        tokenizer.add_special_tokens(self.special_tokens)

    def _options(self) -> ParityOptions:
        return ParityOptions(
            num_merges=self.num_merges,
            min_frequency=self.min_frequency,
            global_merges=self.global_merges,
            window_size=self.window_size if self.variant == "window" else None,
            alpha=self.alpha,
            total_symbols=self.total_symbols,
            special_tokens=self.special_texts(),
            limit_alphabet=self.limit_alphabet,
            initial_alphabet=self.alphabet(),
            continuing_subword_prefix=self.continuing_subword_prefix or "",
            end_of_word_suffix=self.end_of_word_suffix or "",
            max_token_length=self.max_token_length,
        )
