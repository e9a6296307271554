"""Post-processors: the special tokens around one text or two, type ids, and trimmed offsets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Sequence as SequenceOf
from typing import Any, ClassVar, Self

from subword._core.component import (
    REQUIRED,
    check_token,
    component_type,
    get_field,
    get_token_field,
)
from subword.processors.base import Affixes, PostProcessor, post_process, special_encoding, wrap
from subword.processors.template import (
    Piece,
    SpecialToken,
    parse_special_tokens,
    parse_template,
    read_special_tokens,
    read_template,
    write_special_tokens,
    write_template,
)
from subword.processors.trim_offsets import trim_parts
from subword.results.encoding import Encoding

__all__ = [
    "BertProcessing",
    "ByteLevel",
    "PostProcessor",
    "RobertaProcessing",
    "Sequence",
    "TemplateProcessing",
    "from_dict",
    "post_process",
]


class TemplateProcessing(PostProcessor):
    """Put the texts and the special tokens where a template says.

    Args:
        single: template of one text, `"[CLS] $A [SEP]"`; see `templates.parse_template`.
        pair: template of two texts, which must name both.
        special_tokens: (text, id) for each special token that a template names, or a dict of
            "id", "ids" and "tokens" for one that stands for several tokens.

    Raises:
        ValueError: when a template cannot be read or names an unknown special token.

    Example:
        >>> bert = TemplateProcessing(
        ...     "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", [("[CLS]", 101), ("[SEP]", 102)]
        ... )
        >>> bert.num_special_tokens_to_add(is_pair=True), bert.single_affixes()
        (3, ((101,), (102,)))
    """

    type_name = "TemplateProcessing"

    def __init__(
        self,
        single: str | SequenceOf[str] | None = None,
        pair: str | SequenceOf[str] | None = None,
        special_tokens: Iterable[Any] = (),
    ) -> None:
        pieces = parse_template("$A:0 $B:1" if pair is None else pair, "pair")
        if not {0, 1} <= {piece.sequence for piece in pieces}:
            raise ValueError(f"the template of a pair must use both $A and $B, got {pair!r}")
        self._set(
            parse_template("$A" if single is None else single, "single"),
            pieces,
            parse_special_tokens(special_tokens or ()),
        )

    def _set(
        self,
        single: tuple[Piece, ...],
        pair: tuple[Piece, ...],
        special_tokens: dict[str, SpecialToken],
    ) -> None:
        names = {piece.name for piece in single + pair if piece.sequence is None}
        missing = sorted(names - special_tokens.keys())
        if missing:
            raise ValueError(
                f"templates may only name the special tokens {sorted(special_tokens)}, "
                f"missing {missing}"
            )
        if any(piece.sequence == 1 for piece in single):
            raise ValueError("the template of a single text must not use $B")
        self.single, self.pair, self.special_tokens = single, pair, special_tokens

    @classmethod
    def from_dict(cls, config: Mapping[str, Any]) -> Self:
        template = cls.__new__(cls)
        template._set(
            read_template(get_field(config, "single", list), "single"),
            read_template(get_field(config, "pair", list), "pair"),
            read_special_tokens(get_field(config, "special_tokens", dict)),
        )
        return template

    def to_dict(self) -> dict[str, Any]:
        return {
            "type": self.type_name,
            "single": write_template(self.single),
            "pair": write_template(self.pair),
            "special_tokens": write_special_tokens(self.special_tokens),
        }

    def num_special_tokens_to_add(self, is_pair: bool) -> int:
        pieces = self.pair if is_pair else self.single
        return sum(len(self.special_tokens[p.name]) for p in pieces if p.sequence is None)

    def single_affixes(self) -> Affixes | None:
        places = [at for at, piece in enumerate(self.single) if piece.sequence == 0]
        if len(places) != 1 or any(piece.type_id for piece in self.single):
            return None
        before, after = self.single[: places[0]], self.single[places[0] + 1 :]
        return self._ids(before), self._ids(after)

    def _ids(self, pieces: Iterable[Piece]) -> tuple[int, ...]:
        return tuple(i for piece in pieces for _, i in self.special_tokens[piece.name])

    def process_parts(self, parts: list[Encoding], add_special_tokens: bool) -> list[Encoding]:
        if len(parts) > 2:
            raise ValueError(f"a template takes one text or two, got {len(parts)} pieces")
        pieces = []
        for piece in self.pair if len(parts) == 2 else self.single:
            if piece.sequence is not None:
                part = parts[piece.sequence].copy()
                part.set_type_id(piece.type_id)
                part.set_sequence_id(piece.sequence)
                pieces.append(part)
            elif add_special_tokens:
                tokens = self.special_tokens[piece.name]
                pieces.append(special_encoding(tokens, piece.type_id, parts[0]))
        return pieces


class BertProcessing(PostProcessor):
    """`[CLS] A [SEP]`, and `[CLS] A [SEP] B [SEP]` for a pair.

    Args:
        sep: the separator's text and id.
        cls: the first token's text and id.

    Example:
        >>> BertProcessing(("[SEP]", 102), ("[CLS]", 101)).single_affixes()
        ((101,), (102,))
    """

    type_name = "BertProcessing"

    def __init__(self, sep: tuple[str, int], cls: tuple[str, int]) -> None:
        self.sep, self.cls = check_token("sep", sep), check_token("cls", cls)

    @classmethod
    def from_dict(cls, config: Mapping[str, Any]) -> Self:
        return cls(get_token_field(config, "sep"), get_token_field(config, "cls"))

    def to_dict(self) -> dict[str, Any]:
        return {"type": self.type_name, "sep": list(self.sep), "cls": list(self.cls)}

    def num_special_tokens_to_add(self, is_pair: bool) -> int:
        return 3 if is_pair else 2

    def single_affixes(self) -> Affixes | None:
        return (self.cls[1],), (self.sep[1],)

    def process_parts(self, parts: list[Encoding], add_special_tokens: bool) -> list[Encoding]:
        if not add_special_tokens:
            return parts
        return [
            wrap(part, [], self.sep, 1, (0, 1))
            if i
            else wrap(part, [self.cls], self.sep, 0, (0, 0))
            for i, part in enumerate(parts)
        ]


class RobertaProcessing(PostProcessor):
    """`<s> A </s>`, and `<s> A </s></s> B </s>` for a pair; every type id is 0.

    Args:
        sep: the separator's text and id.
        cls: the first token's text and id.
        trim_offsets: leave the spaces around a token out of its offsets.
        add_prefix_space: whether the pre-tokenizer put a space before the text, which then is not
            there to be trimmed.
    """

    type_name = "RobertaProcessing"

    def __init__(
        self,
        sep: tuple[str, int],
        cls: tuple[str, int],
        trim_offsets: bool = True,
        add_prefix_space: bool = True,
    ) -> None:
        self.sep, self.cls = check_token("sep", sep), check_token("cls", cls)
        self.trim_offsets, self.add_prefix_space = trim_offsets, add_prefix_space

    @classmethod
    def from_dict(cls, config: Mapping[str, Any]) -> Self:
        return cls(
            get_token_field(config, "sep"),
            get_token_field(config, "cls"),
            get_field(config, "trim_offsets", bool),
            get_field(config, "add_prefix_space", bool),
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "type": self.type_name,
            "sep": list(self.sep),
            "cls": list(self.cls),
            "trim_offsets": self.trim_offsets,
            "add_prefix_space": self.add_prefix_space,
        }

    def num_special_tokens_to_add(self, is_pair: bool) -> int:
        return 4 if is_pair else 2

    def single_affixes(self) -> Affixes | None:
        return (self.cls[1],), (self.sep[1],)

    def offset_trim(self) -> bool | None:
        return self.add_prefix_space if self.trim_offsets else None

    def process_parts(self, parts: list[Encoding], add_special_tokens: bool) -> list[Encoding]:
        if self.trim_offsets:
            trim_parts(parts, self.add_prefix_space)
        for part in parts:
            part.set_type_id(0)
        if not add_special_tokens:
            return parts
        wrapped = []
        for i, part in enumerate(parts):
            for chunk in part._overflowing or ():
                chunk.set_type_id(0)
            wrapped.append(wrap(part, [self.sep if i else self.cls], self.sep, min(i, 1), (0, 0)))
        return wrapped


class ByteLevel(PostProcessor):
    """Leave the spaces around byte-level tokens out of their offsets; add nothing.

    Args:
        add_prefix_space: whether the pre-tokenizer put a space before the text, which then is not
            there to be trimmed.
        trim_offsets: False leaves offsets as they are.
        use_regex: kept for the file format; means nothing here.
    """

    type_name = "ByteLevel"
    fields: ClassVar = {
        "add_prefix_space": (bool, REQUIRED),
        "trim_offsets": (bool, REQUIRED),
        "use_regex": (bool, True),
    }

    def __init__(
        self, add_prefix_space: bool = True, trim_offsets: bool = True, use_regex: bool = True
    ) -> None:
        self.add_prefix_space, self.trim_offsets = add_prefix_space, trim_offsets
        self.use_regex = use_regex

    def num_special_tokens_to_add(self, is_pair: bool) -> int:
        return 0

    def single_affixes(self) -> Affixes | None:
        return (), ()

    def offset_trim(self) -> bool | None:
        return self.add_prefix_space if self.trim_offsets else None

    def process_parts(self, parts: list[Encoding], add_special_tokens: bool) -> list[Encoding]:
        if self.trim_offsets:
            trim_parts(parts, self.add_prefix_space)
        for i, part in enumerate(parts):
            part.set_sequence_id(i)
        return parts


class Sequence(PostProcessor):
    """Post-processors one after the other.

    Args:
        processors: in their order; each gets the pieces that the one before returned.
    """

    type_name = "Sequence"

    def __init__(self, processors: Iterable[PostProcessor]) -> None:
        self.processors = tuple(processors)

    @classmethod
    def from_dict(cls, config: Mapping[str, Any]) -> Self:
        return cls([from_dict(item) for item in get_field(config, "processors", list)])

    def to_dict(self) -> dict[str, Any]:
        return {
            "type": self.type_name,
            "processors": [processor.to_dict() for processor in self.processors],
        }

    def num_special_tokens_to_add(self, is_pair: bool) -> int:
        return sum(each.num_special_tokens_to_add(is_pair) for each in self.processors)

    def single_affixes(self) -> Affixes | None:
        # Simple as long as only the last one adds something.
        before, last = self.processors[:-1], self.processors[-1:]
        if any(processor.single_affixes() != ((), ()) for processor in before):
            return None
        return last[0].single_affixes() if last else ((), ())

    def offset_trim(self) -> bool | None:
        trims = [trim for each in self.processors if (trim := each.offset_trim()) is not None]
        return trims[0] if trims else None

    def process_parts(self, parts: list[Encoding], add_special_tokens: bool) -> list[Encoding]:
        for processor in self.processors:
            parts = processor.process_parts(parts, add_special_tokens)
        return parts


_TYPES: dict[str, Any] = {
    each.type_name: each
    for each in (TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel, Sequence)
}


def from_dict(config: Mapping[str, Any]) -> PostProcessor:
    """Build a post-processor from its JSON object.

    Args:
        config: the "post_processor" of a tokenizer.json.

    Returns:
        The post-processor.

    Raises:
        ValueError: when its type is unknown or a field is wrong.
    """
    kind = component_type("post_processor", config, _TYPES)
    processor: PostProcessor = _TYPES[kind].from_dict(config)
    return processor
