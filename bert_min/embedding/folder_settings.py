"""What a model folder says of how its vectors are made: follow it, or refuse it by name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, cast

from bert_min.embedding.after_pooling import ModulePlace
from bert_min.embedding.pooling import Pooling

# The flags of old sentence-transformers folders, and what they mean here.
POOLING_FLAGS: Final[dict[str, Pooling]] = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
}
# Names that sentence-transformers has given to the settings of its encoders.
ENCODER_SETTINGS: Final = ("sentence_bert_config.json", "sentence_distilbert_config.json")
# Keys of those files that do not touch a vector, or that are read here.
KNOWN: Final = (
    *("max_seq_length", "do_lower_case", "transformer_task", "modality_config"),
    *("module_output_name", "unpad_inputs", "model_type"),
)
# Keys that change vectors; any other value than these is refused.
NEUTRAL: Final[dict[str, tuple[object, ...]]] = {
    "query_length": (None,),
    "document_length": (None,),
    "query_expansion": (None,),
}
# How vectors are compared, by the names of sentence-transformers.
METRICS: Final = ("cosine", "dot", "euclidean", "manhattan")
# Modules that may follow the pooling.
AFTER: Final = ("Dense", "LayerNorm", "Normalize")
# Arguments for transformers that change how vectors are computed, and not which.
HARMLESS: Final = {"trust_remote_code", "attn_implementation", "torch_dtype", "dtype"}


@dataclass(frozen=True)
class FolderSettings:
    """What a model folder says about itself.

    Attributes:
        encoder: Where config.json and the weights lie.
        pooling: How the model was trained to be pooled.
        normalize: Whether it was trained for vectors of length 1.
        max_length: Longest text it was trained for, in tokens, or None.
        lowercase: Whether texts are lower-cased before anything else.
        prompts: Texts to put before a text, by name.
        default_prompt: The prompt of a call that names none; empty for no prompt.
        truncate_dim: How many numbers of a vector are kept; None for all.
        metric: How vectors are compared, one of METRICS.
        modules: What is done to the pooled vectors before they are normalised.
    """

    encoder: Path
    pooling: Pooling = "mean"
    normalize: bool = False
    max_length: int | None = None
    lowercase: bool = False
    prompts: Mapping[str, str] = field(default_factory=dict)
    default_prompt: str = ""
    truncate_dim: int | None = None
    metric: str = "cosine"
    modules: tuple[ModulePlace, ...] = ()


def read_folder_settings(folder: str | Path) -> FolderSettings:
    """Read modules.json and what it points to; a folder without it is a plain encoder.

    Raises:
        OSError: A file that modules.json needs is missing.
        ValueError: A file that is broken; a module that is not an encoder, a pooling or a
            normalisation; a setting that changes vectors and is not implemented.
    """
    root = Path(folder)
    settings = FolderSettings(root)
    include_prompt = True
    if (root / "modules.json").is_file():
        modules: list[ModulePlace] = []
        pooled = False
        for module in _modules(root / "modules.json"):
            kind = str(module.get("type", "")).rsplit(".", 1)[-1]
            path = root / str(module.get("path", ""))
            if kind == "Transformer":
                settings = replace(settings, encoder=path)
            elif kind == "Pooling":
                file = path / "config.json"
                values = _read(file)
                settings = replace(settings, pooling=_pooling(file, values))
                include_prompt = values.get("include_prompt", True)
                pooled = True
            elif kind in AFTER and pooled:
                modules.append(ModulePlace(kind, path))
            else:
                where = " before the pooling" if kind in AFTER else ""
                raise ValueError(
                    f"{root}/modules.json: the module {kind!r}{where} is not implemented"
                )
        last = bool(modules) and modules[-1].kind == "Normalize"
        settings = replace(settings, normalize=last, modules=tuple(modules[: -1 if last else None]))
    settings = _encoder_settings(settings, root)
    settings = _prompts(settings, root / "config_sentence_transformers.json")
    if not include_prompt and any(settings.prompts.values()):
        raise ValueError(
            f"{root}: include_prompt = False of the pooling is not implemented for a model with "
            f"prompts: {dict(settings.prompts)}"
        )
    return settings


def _modules(path: Path) -> list[dict[str, Any]]:
    modules = _load(path)
    if not isinstance(modules, list) or not all(isinstance(module, dict) for module in modules):
        raise ValueError(f"{path}: expected a list of modules, got {modules!r}")
    return modules


def _encoder_settings(settings: FolderSettings, root: Path) -> FolderSettings:
    """Read the settings of the encoder, and the limit of its tokenizer where they name none."""
    limit = None
    for folder in dict.fromkeys((settings.encoder, root)):
        for name in ENCODER_SETTINGS:
            if (folder / name).is_file():
                values = _read(folder / name)
                _refuse(folder / name, values)
                lowercase = _flag(folder / name, values, "do_lower_case")
                settings = replace(settings, lowercase=lowercase)
                limit = _length(folder / name, values.get("max_seq_length"))
                return replace(settings, max_length=limit or _tokenizer_limit(settings, root))
    return replace(settings, max_length=_tokenizer_limit(settings, root))


def _tokenizer_limit(settings: FolderSettings, root: Path) -> int | None:
    """Return `model_max_length`; transformers writes 10^30 where there is none."""
    for folder in (settings.encoder, root):
        path = folder / "tokenizer_config.json"
        if path.is_file():
            values = _read(path)
            limit = values.get("model_max_length", values.get("max_len"))
            if not isinstance(limit, int | float) or limit >= 10**9:
                return None
            return _length(path, limit)
    return None


def _prompts(settings: FolderSettings, path: Path) -> FolderSettings:
    if not path.is_file():
        return settings
    values = _read(path)
    _refuse(path, {name: values[name] for name in NEUTRAL if name in values})
    prompts = {name: text or "" for name, text in (values.get("prompts") or {}).items()}
    default = values.get("default_prompt_name")
    if default is not None and default not in prompts:
        raise ValueError(
            f"{path}: default_prompt_name {default!r} is none of the prompts {sorted(prompts)}"
        )
    return replace(
        settings,
        prompts=prompts,
        default_prompt="" if default is None else prompts[default],
        truncate_dim=_dimensions(path, values.get("truncate_dim")),
        metric=_metric(path, values.get("similarity_fn_name")),
    )


def _metric(path: Path, value: Any) -> str:
    if value is not None and value not in METRICS:
        raise ValueError(f"{path}: similarity_fn_name must be one of {METRICS}, got {value!r}")
    return str(value or METRICS[0])


def _dimensions(path: Path, value: Any) -> int | None:
    if value is not None and (type(value) is not int or value < 1):
        raise ValueError(f"{path}: truncate_dim must be a whole number above 0, got {value!r}")
    return value


def _refuse(path: Path, values: dict[str, Any]) -> None:
    """Refuse settings that may change vectors and are not implemented."""
    for name, value in values.items():
        if name in NEUTRAL:
            fine = value in NEUTRAL[name]
        else:
            fine = name in KNOWN or not value
            if isinstance(value, dict):  # arguments for transformers
                fine = fine or value.keys() <= HARMLESS
        if not fine:
            raise ValueError(f"{path}: {name} = {value!r} is not implemented")


def _flag(path: Path, values: dict[str, Any], name: str) -> bool:
    value = values.get(name) or False
    if not isinstance(value, bool):
        raise ValueError(f"{path}: {name} must be true or false, got {value!r}")
    return value


def _length(path: Path, value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or int(value) != value:
        raise ValueError(f"{path}: a length must be a whole number of tokens, got {value!r}")
    if value < 3:
        raise ValueError(f"{path}: a length must be at least 3 tokens, got {value!r}")
    return int(value)


def _pooling(path: Path, values: dict[str, Any]) -> Pooling:
    if "pooling_mode" in values:  # the newer form: one name
        name = values["pooling_mode"]
        if isinstance(name, list) and len(name) == 1:
            (name,) = name
        if name in ("mean", "cls", "max"):
            return cast(Pooling, name)
        raise ValueError(f"{path}: pooling_mode {name!r} is not implemented")
    on = [key for key, value in values.items() if key.startswith("pooling_mode_") and value]
    if len(on) != 1 or on[0] not in POOLING_FLAGS:
        raise ValueError(f"{path}: this pooling is not implemented: {on}")
    return POOLING_FLAGS[on[0]]


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: not valid JSON: {error}") from None


def _read(path: Path) -> dict[str, Any]:
    """Read a JSON object."""
    values = _load(path)
    if not isinstance(values, dict):
        raise ValueError(f"{path}: expected a JSON object, got {type(values).__name__}")
    return values
