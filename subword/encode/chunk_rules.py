"""Where a text may be cut before any stage runs: what all stages of a tokenizer say together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from subword._core.cuts import LETTERS, Cuts, Pairs
from subword._core.pipeline import Normalizer, PreTokenizer, flatten
from subword._core.records import record
from subword._core.unicode import BITS
from subword._regex.joints import limit_to_matches
from subword._regex.tree import Chars, concat
from subword.models.bpe import BPE
from subword.models.joints import find_joints
from subword.normalizers import NFC, Precompiled
from subword.normalizers import Sequence as NormalizerSequence
from subword.pre_tokenizers import Sequence as PreTokenizerSequence
from subword.pre_tokenizers import takes_one_pass
from subword.vocab.added_tokens import AddedToken
from subword.vocab.byte_alphabet import BYTE_TOKENS, has_utf8_bytes


@record
class ChunkRules:
    """Where texts may be cut into chunks, and the stages of those that do not begin a text.

    Attributes:
        anywhere: The pairs of characters between which a cut keeps the tokens.
        at_words: Those of them where a word ends too.
        barred: Characters other than ASCII that no cut follows.
        bert_bits, form_bits: The bits of the Unicode tables of more such characters.
        charmap: A character map that bars more of them, or None.
        first_differs: The chunk that begins a text is treated in another way than the others.
        shifts: With which characters, ASCII ones and last any other, a text may begin whose offsets
            the chunks do not tell.
        normalizer, pre_tokenizer: The stages of the others.
    """

    anywhere: Pairs
    at_words: Pairs
    barred: str
    bert_bits: int
    form_bits: int
    charmap: Precompiled | None
    first_differs: bool
    shifts: npt.NDArray[np.bool_]
    normalizer: Normalizer | None
    pre_tokenizer: PreTokenizer | None


def find_chunk_rules(
    normalizer: Normalizer | None,
    pre_tokenizer: PreTokenizer | None,
    model: Any,
    added: Iterable[tuple[AddedToken, str]],
) -> ChunkRules | None:
    """Return where the texts of a tokenizer may be cut.

    Args:
        normalizer: May be None.
        pre_tokenizer: May be None.
        model: Of the tokenizer. It gives a word the same tokens every time.
        added: The added tokens that are looked for in normalized text, with what is looked for.

    Returns:
        None if the plain stages are as fast, or cuts would be rare.
    """
    if all(isinstance(s, NFC) for s in flatten(normalizer)) and takes_one_pass(pre_tokenizer):
        return None
    cuts = Cuts(_bit("bert_space"))
    for _ in _limits(cuts, normalizer, pre_tokenizer, added):
        if not _between_words(cuts.kept):
            return None
    anywhere = cuts.kept & (cuts.ended | _apart(cuts, model))
    if not _between_words(anywhere):
        return None
    steps = flatten(pre_tokenizer)
    kept = [after for step in flatten(normalizer) if (after := step.after_cut()) is not None]
    return ChunkRules(
        anywhere,
        cuts.kept & cuts.ended if _gives_every_word_a_token(model) else np.zeros_like(anywhere),
        "".join(sorted(cuts.barred)),
        cuts.bert_bits,
        cuts.form_bits,
        cuts.charmap,
        cuts.first_differs,
        cuts.shifts,
        NormalizerSequence(kept) if kept else None,
        PreTokenizerSequence([steps[0].after_cut(), *steps[1:]]) if steps else None,
    )


def what_forbids_chunks(
    normalizer: Normalizer | None,
    pre_tokenizer: PreTokenizer | None,
    added: Iterable[tuple[AddedToken, str]],
) -> Normalizer | PreTokenizer | AddedToken | None:
    """Return the first stage, or added token, that keeps no cut between a letter and a space.

    Args:
        normalizer: May be None.
        pre_tokenizer: May be None.
        added: As for `find_chunk_rules`.

    Returns:
        None if all keep such cuts. Then texts are not cut only if no word ends there and tokens of
        the model reach over them, or if the plain stages are as fast.
    """
    cuts = Cuts(_bit("bert_space"))
    stage: Normalizer | PreTokenizer | AddedToken
    for stage in _limits(cuts, normalizer, pre_tokenizer, added):
        if not _between_words(cuts.kept):
            return stage
    return None


def _limits(
    cuts: Cuts,
    normalizer: Normalizer | None,
    pre_tokenizer: PreTokenizer | None,
    added: Iterable[tuple[AddedToken, str]],
) -> Iterator[Any]:
    """Limit cuts to those that every stage and added token keeps; yield each when it is done."""
    for step in flatten(normalizer):
        step.limit_cuts(cuts)
        cuts.untouched = False
        yield step
    for token, text in added:
        _keep_added(cuts, token, text)
        yield token
    for step in flatten(pre_tokenizer):
        step.limit_cuts(cuts)
        cuts.first_step = False
        yield step


def _between_words(pairs: Pairs) -> bool:
    """Whether there is a pair of a letter and a space: cuts are not rare."""
    return bool(pairs[[ord(char) for char in LETTERS], ord(" ")].any())


def _bit(name: str) -> int:
    return BITS[name][1]


def _keep_added(cuts: Cuts, token: AddedToken, text: str) -> None:
    """Keep the cuts over which an added token neither reaches nor looks."""
    if not text:
        return
    if token.rstrip:
        cuts.keep_ended()
    limit_to_matches(cuts, concat(*[Chars(((ord(char), ord(char)),)) for char in text]), "", False)
    cuts.bar_before(text[-1])  # what follows a token begins a text
    if token.single_word:
        cuts.bar_behind(text[0])


def _apart(cuts: Cuts, model: Any) -> Pairs:
    """Return the pairs that no token of the model holds, where it treats both sides alone."""
    forms = sorted({char for images in cuts.behind for char in images})
    joints = (
        find_joints(model, "".join(forms), "".join(sorted(cuts.barred)))
        if (isinstance(model, BPE))
        else None
    )
    if joints is None:
        return np.zeros((129, 128), np.bool_)
    joined = np.zeros((129, 128), np.bool_)
    for column, images in enumerate(cuts.behind):
        joined[:, column] = joints[[forms.index(char) for char in images]].any(axis=0)
    return ~(cuts.forms_before() @ joined)


def _gives_every_word_a_token(model: Any) -> bool:
    """Whether no word is left without a token, so that words can be counted by their tokens."""
    if not isinstance(model, BPE):
        return True
    if model.unk_token is not None and model.unk_token in model.tokens:
        return True
    spells = model.continuing_subword_prefix or model.end_of_word_suffix
    if model.byte_level and not spells and has_utf8_bytes(model.tokens):
        return True
    return model.byte_fallback and all(token in model.tokens for token in BYTE_TOKENS)
