"""How the stages of a tokenizer run, for people to read: by which scanner, for which texts, why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from subword._core.pipeline import flatten
from subword._regex.automaton import Automaton
from subword._regex.boundaries import why_not_one_pass
from subword._regex.cutter import Cutter
from subword._regex.matcher import Matcher
from subword._regex.program import Op
from subword._regex.scanners import SCANNER_NAMES
from subword.encode.chunk_rules import what_forbids_chunks
from subword.encode.split_points import is_nfc
from subword.models import BPE
from subword.normalizers import Replace
from subword.pre_tokenizers import ByteLevel, Split, scanner_number, takes_one_pass
from subword.vocab.added_tokens import AddedToken

if TYPE_CHECKING:
    from subword.encode.text_encoder import TextEncoder

SHOWN = 40  # characters of a pattern
NEEDS_BACKTRACKING = {
    Op.REFERENCE: "a reference to a group",
    Op.ATOMIC: "a group or repetition that gives nothing back",
    Op.LOOK_AHEAD: "a look at more than one character ahead",
    Op.LOOK_BEHIND: "a look at more than one character behind",
    Op.KEEP: "a match that begins later",
    Op.PROGRESS: "a repetition of what may be empty",
}


@dataclass(frozen=True)
class StageView:
    """A stage of a pipeline, and how it runs.

    Attributes:
        stage: "added tokens", "normalizer", "pre-tokenizer", "cache", "model" or "post-processor".
        what: Which one it is.
        runs: How: "scanner gpt2", "compiled, one pass", "compiled, automaton", "backtracking" or
            "plain", or what takes its place.
        runs_for: For which texts: "every text", or only "new chunks" or "new words", those that are
            not in the cache.
        why: Why so; "" if there is nothing to say.
    """

    stage: str
    what: str
    runs: str
    runs_for: str = "every text"
    why: str = ""


def view_pipeline(text_encoder: TextEncoder) -> list[StageView]:
    """Return the stages between a text and its ids, in their order.

    What an automaton has come to is that of the texts so far.

    Args:
        text_encoder: Of a tokenizer.
    """
    encoder = text_encoder.encoder
    shortcuts = encoder.shortcuts()
    if encoder.unsplit is not None or encoder.chunks is not None or "bert chunks" in shortcuts:
        pieces, split_for = "new chunks", "new chunks"
    else:
        pieces, split_for = "new words", "every text"
    normalize_for = "every text" if "whole normalizer" in shortcuts else "new chunks"
    if "raw text" in shortcuts:
        normalize_for = "texts that may hold one of the added tokens"
    whole = encoder.unsplit is not None
    return [
        *_added_tokens(text_encoder.vocabulary),
        *_normalizers(encoder.normalizer, normalize_for),
        *_pre_tokenizers(encoder.pre_tokenizer, split_for, whole),
        _cache(text_encoder, shortcuts),
        *_model(encoder.model, shortcuts, pieces if "cache" in shortcuts else "every word"),
        *_post_processor(text_encoder),
    ]


def _added_tokens(vocabulary: Any) -> list[StageView]:
    views = []
    for matcher, place in (
        (vocabulary.before_normalizer, "the text"),
        (vocabulary.after_normalizer, "normalized text"),
    ):
        if matcher.count:
            views.append(
                StageView("added tokens", f"{matcher.count:,} in {place}", "filter and trie")
            )
    return views


def _normalizers(normalizer: Any, runs_for: str) -> list[StageView]:
    views = []
    for step in flatten(normalizer):
        compiled = step.compiled if isinstance(step, Replace) else None
        runs, why = _engine(compiled) if compiled is not None else ("plain", "")
        views.append(StageView("normalizer", _name(step), runs, runs_for, why))
    return views


def _pre_tokenizers(pre_tokenizer: Any, runs_for: str, replaced: bool) -> list[StageView]:
    steps = flatten(pre_tokenizer)
    if replaced and steps:
        names = " + ".join(map(_name, steps))
        return [StageView("pre-tokenizer", names, "written into the chunks", runs_for)]
    if runs_for == "every text" and takes_one_pass(pre_tokenizer):
        runs = _scanner(scanner_number(pre_tokenizer)) or "compiled, one pass"
        names = " + ".join(map(_name, steps))
        return [StageView("pre-tokenizer", names, runs, runs_for)]
    views = []
    for step in steps:
        runs, why = _split_engine(step)
        views.append(StageView("pre-tokenizer", _name(step), runs, runs_for, why))
    return views


def _split_engine(step: Any) -> tuple[str, str]:
    """Return how one pre-tokenizer among several runs, and why."""
    scanner = _scanner(scanner_number(step))
    if isinstance(step, ByteLevel) and step.use_regex:
        scanner = _scanner(SCANNER_NAMES.index("gpt2"))
    if scanner:
        return scanner, ""
    engine = step.cutter or step.compiled if isinstance(step, Split) else None
    if engine is None:
        return "plain", ""
    runs, why = _engine(engine)
    if isinstance(engine, Automaton):
        reasons = [why_not_one_pass(engine, step.behavior, step.invert), why]
        why = "; ".join(filter(None, reasons))
    return runs, why


def _scanner(number: int) -> str:
    return f"scanner {SCANNER_NAMES[number]}" if number >= 0 else ""


def _engine(engine: Matcher | Cutter) -> tuple[str, str]:
    """Return what runs a compiled pattern, and why that."""
    if isinstance(engine, Cutter):
        return "compiled, one pass", ""
    if isinstance(engine, Automaton):
        count, limit = engine.state_count(), engine.max_states
        full = f"its {limit:,} states are full: others are made anew each time"
        return "compiled, automaton", full if count >= limit else f"{count:,} states so far"
    ops = set(engine.program.op.tolist())
    reasons = [reason for op, reason in NEEDS_BACKTRACKING.items() if op in ops]
    return "backtracking", ", ".join(reasons) or "it looks behind in too many ways"


def _cache(text_encoder: TextEncoder, shortcuts: set[str]) -> StageView:
    encoder = text_encoder.encoder
    where = "every text"
    if "cache" not in shortcuts:
        return StageView("cache", "none", "", where, "dropout draws anew for every word")
    if encoder.unsplit is not None:
        return StageView("cache", "chunks", "cut where no merge joins two characters", where)
    if "bert chunks" in shortcuts:
        return StageView("cache", "chunks", "cut by the scanner bert", where)
    if encoder.chunks is not None:
        return StageView("cache", "chunks", "cut where every stage keeps a cut", where)
    return StageView("cache", "words", "", where, _why_no_chunks(text_encoder))


def _why_no_chunks(text_encoder: TextEncoder) -> str:
    encoder, vocabulary = text_encoder.encoder, text_encoder.vocabulary
    if takes_one_pass(encoder.pre_tokenizer) and is_nfc(encoder.normalizer):
        return "no chunks: one pass finds the words"
    added = [(vocabulary.added[i], text) for i, text in vocabulary.normalized_texts.items()]
    stage = what_forbids_chunks(encoder.normalizer, encoder.pre_tokenizer, added)
    if stage is None:
        return "no chunks: no word ends at a space, and tokens of the model may hold it"
    what = f"the added token {stage.content!r}" if isinstance(stage, AddedToken) else _name(stage)
    return f"no chunks: {what} may look across a letter and a space"


def _model(model: Any, shortcuts: set[str], runs_for: str) -> list[StageView]:
    known = model.tokens if hasattr(model, "tokens") else model.vocab
    views = [StageView("model", f"{type(model).__name__}, {len(known):,} tokens", "", runs_for)]
    if not isinstance(model, BPE):
        return views
    if "safe splits" not in shortcuts:
        return [*views, StageView("safe splits", "none", "", "every text", _why_no_splits(model))]
    if not model.byte_level:
        runs, texts = "between characters that no merge joins", "every text"
    else:
        runs, texts = "between Hangul, Chinese and kana", "ids without offsets"
        if "long words" in shortcuts:
            runs += "; in long words, between bytes that no merge joins"
    return [*views, StageView("safe splits", "words", runs, texts)]


def _why_no_splits(model: BPE) -> str:
    reasons = {
        "dropout": model.dropout,
        "a prefix of continuing tokens": model.continuing_subword_prefix,
        "a suffix of words": model.end_of_word_suffix,
    }
    told = [name for name, holds in reasons.items() if holds]
    return " and ".join(told) if told else "the stages split words themselves"


def _post_processor(text_encoder: TextEncoder) -> list[StageView]:
    processor = text_encoder.post_processor
    if processor is None:
        return []
    runs = "plain" if text_encoder.single_affixes is None else "ids around every text"
    why = "offsets are trimmed" if processor.offset_trim() is not None else ""
    return [StageView("post-processor", type(processor).__name__, runs, "every text", why)]


def _name(step: Any) -> str:
    """Return the type of a stage, with its pattern if it has one."""
    pattern = getattr(step, "pattern", None) if isinstance(step, Replace) else None
    if isinstance(step, Split):
        pattern = step.literal if step.regex is None else step.regex
    if pattern is None:
        return type(step).__name__
    text = str(getattr(pattern, "pattern", pattern))
    shown = text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."
    return f"{type(step).__name__} '{shown}'"
