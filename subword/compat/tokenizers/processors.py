"""Post-processors, as `tokenizers.processors` names them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from subword import processors
from subword.compat.tokenizers.base_stage import HasSteps, Stage, check_stages
from subword.results.encoding import Encoding

Named = tuple[str, int]


class PostProcessor(Stage):
    """What every post-processor does."""

    def build(self, config: dict[str, Any]) -> Any:
        """Build the post-processor of subword."""
        return processors.from_dict(config)

    def num_special_tokens_to_add(self, is_pair: bool) -> int:
        """Return how many tokens it adds to one text, or to a pair."""
        count: int = self.core.num_special_tokens_to_add(is_pair)
        return count

    def process(
        self, encoding: Encoding, pair: Encoding | None = None, add_special_tokens: bool = True
    ) -> Encoding:
        """Join one text or two with their special tokens."""
        processed: Encoding = self.core.process(encoding, pair, add_special_tokens)
        return processed


class _Ends(PostProcessor):
    """A post-processor with a token before and one after; JSON writes them as lists."""

    def config(self) -> dict[str, Any]:
        """Return the object that stands for the stage in tokenizer.json."""
        config = super().config()
        return {**config, "sep": list(config["sep"]), "cls": list(config["cls"])}


def _named(name: str, pair: Any) -> tuple[Any, ...]:
    if not isinstance(pair, tuple | list):
        raise TypeError(f"{name} must be a tuple of a token and its id, got {type(pair).__name__}")
    return tuple(pair)


class BertProcessing(_Ends):
    """See `subword.processors.BertProcessing`."""

    def __init__(self, sep: Named, cls_token: Named) -> None:
        super().__init__(sep=_named("sep", sep), cls=_named("cls_token", cls_token))


class RobertaProcessing(_Ends):
    """See `subword.processors.RobertaProcessing`."""

    def __init__(
        self,
        sep: Named,
        cls_token: Named,
        trim_offsets: bool = True,
        add_prefix_space: bool = True,
    ) -> None:
        super().__init__(
            sep=_named("sep", sep),
            cls=_named("cls_token", cls_token),
            trim_offsets=trim_offsets,
            add_prefix_space=add_prefix_space,
        )

    def build(self, config: dict[str, Any]) -> Any:
        """Build the post-processor: not by its fields, as a file's is, so that all are checked."""
        return processors.RobertaProcessing.from_dict(config)


class ByteLevel(PostProcessor):
    """See `subword.processors.ByteLevel`."""

    def __init__(
        self,
        add_prefix_space: bool | None = None,
        trim_offsets: bool | None = None,
        use_regex: bool | None = None,
    ) -> None:
        super().__init__(
            add_prefix_space=True if add_prefix_space is None else add_prefix_space,
            trim_offsets=True if trim_offsets is None else trim_offsets,
            use_regex=True if use_regex is None else use_regex,
        )


class TemplateProcessing(PostProcessor):
    """See `subword.processors.TemplateProcessing`."""

    def __init__(
        self, single: Any = None, pair: Any = None, special_tokens: Iterable[Any] | None = None
    ) -> None:
        given = () if special_tokens is None else special_tokens
        built = processors.TemplateProcessing(single, pair, given)
        super().__init__(**{k: v for k, v in built.to_dict().items() if k != "type"})

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "single" and value is None:
            raise TypeError("single must be a str or a list of str, got None")
        if name == "single" and not isinstance(value, list):
            tokens = self._fields["special_tokens"].values()
            given = [{"id": t["id"], "ids": t["ids"], "tokens": t["tokens"]} for t in tokens]
            value = TemplateProcessing(value, None, given)._fields["single"]
        super().__setattr__(name, value)


class Sequence(HasSteps, PostProcessor):
    """Post-processors, one after the other."""

    steps = "processors"

    def __init__(self, processors: Iterable[PostProcessor]) -> None:
        super().__init__(processors=check_stages(PostProcessor, processors))
