"""What some models do to the pooled vector of a text: dense layers, LayerNorms, lengths of 1.

They are the modules of sentence-transformers of these names, each with a folder of its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

from bert_min.model.weight_files import read_tensors
from subword.file_access import atomic_path, write_text

# The activations of a Dense module, by the last part of their names.
ACTIVATIONS: Final[dict[str, type[nn.Module]]] = {
    "Tanh": nn.Tanh,
    "Identity": nn.Identity,
    "ReLU": nn.ReLU,
    "GELU": nn.GELU,
    "SiLU": nn.SiLU,
    "Sigmoid": nn.Sigmoid,
}
TEXT: Final = "sentence_embedding"  # what sentence-transformers calls the pooled vector


class ModulePlace(NamedTuple):
    """A module of a folder: its kind, and where its files lie."""

    kind: str
    path: Path


class Dense(nn.Module):
    """A linear layer and an activation, (B, in) -> (B, out); with a residual if asked."""

    def __init__(
        self,
        width: int,
        out: int,
        bias: bool = True,
        activation: str = "Tanh",
        residual: bool = False,
    ) -> None:
        """Make a layer with fresh weights."""
        super().__init__()
        self.linear = nn.Linear(width, out, bias=bias)
        self.activation = ACTIVATIONS[activation]()
        self.has_residual = residual
        self.residual = nn.Linear(width, out, bias=False) if residual and width != out else None

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, in) to (B, out)."""
        y: Tensor = self.activation(self.linear(x))
        if self.has_residual:
            y = y + (x if self.residual is None else self.residual(x))
        return y

    def settings(self) -> dict[str, Any]:
        """Return its config.json."""
        found = {
            "in_features": self.linear.in_features,
            "out_features": self.linear.out_features,
            "bias": self.linear.bias is not None,
            "activation_function": f"torch.nn.modules.{_place_of(self.activation)}",
        }
        return found | ({"use_residual": True} if self.has_residual else {})


class LayerNorm(nn.Module):
    """Centre and scale a vector."""

    def __init__(self, width: int) -> None:
        """Make a layer that is neutral."""
        super().__init__()
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, W) to (B, W)."""
        y: Tensor = self.norm(x)
        return y

    def settings(self) -> dict[str, Any]:
        """Return its config.json."""
        return {"dimension": self.norm.normalized_shape[0]}


class Normalize(nn.Module):
    """Scale a vector to length 1."""

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, W) to (B, W)."""
        return F.normalize(x)

    def settings(self) -> dict[str, Any]:
        """Return its config.json."""
        return {}


class AfterPooling(nn.Sequential):
    """The modules of a folder that follow the pooling, one after the other."""

    @classmethod
    def load(cls, places: Sequence[ModulePlace]) -> AfterPooling:
        """Read modules from their folders.

        Raises:
            OSError: A file is missing.
            ValueError: A setting or an activation is not implemented, weights do not fit, or a
                module takes vectors of another width than the one before makes.
        """
        modules = [_load(*place) for place in places]
        width = None
        for place, module in zip(places, modules, strict=True):
            taken, made = _widths(module)
            if None not in (width, taken) and width != taken:
                raise ValueError(
                    f"{place.path}: {place.kind} takes vectors of {taken} numbers, the module "
                    f"before makes {width}"
                )
            width = made or width
        return cls(*modules)

    @property
    def widths(self) -> tuple[int, int] | None:
        """The numbers of a vector before and after, or None if any number will do."""
        known = [pair for module in self for pair in [_widths(module)] if pair[0] is not None]
        return (known[0][0] or 0, known[-1][1] or 0) if known else None

    def save(self, folder: Path, first: int) -> list[ModulePlace]:
        """Write every module into a folder of its own.

        Args:
            folder: Of the model.
            first: Number of the first module.

        Returns:
            Their kinds, and the names of their folders.
        """
        places = []
        for number, module in enumerate(self, first):
            kind = type(module).__name__
            path = folder / f"{number}_{kind}"
            path.mkdir(parents=True, exist_ok=True)
            settings = getattr(module, "settings")()  # noqa: B009
            write_text(path / "config.json", json.dumps(settings, indent=2) + "\n")
            tensors = {name: x.detach().cpu() for name, x in module.state_dict().items()}
            if tensors:
                with atomic_path(path / "model.safetensors") as temporary:
                    save_file(tensors, temporary, metadata={"format": "pt"})
            places.append(ModulePlace(kind, Path(path.name)))
        return places


def _load(kind: str, path: Path) -> nn.Module:
    file = path / "config.json"
    values = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    for name in ("module_input_name", "module_output_name"):
        if values.get(name) not in (None, TEXT):
            raise ValueError(f"{file}: {name} = {values[name]!r} is not implemented")
    if kind == "Normalize":
        return Normalize()
    if kind == "LayerNorm":
        module: nn.Module = LayerNorm(_size(file, values, "dimension"))
    else:
        activation = str(values.get("activation_function", "Tanh")).rsplit(".", 1)[-1]
        if activation not in ACTIVATIONS:
            named = values["activation_function"]
            raise ValueError(f"{file}: activation_function = {named!r} is not implemented")
        width, out = (_size(file, values, name) for name in ("in_features", "out_features"))
        bias, residual = values.get("bias", True), values.get("use_residual", False)
        module = Dense(width, out, bool(bias), activation, bool(residual))
    tensors = read_tensors(path)
    wanted = {name: tuple(x.shape) for name, x in module.state_dict().items()}
    found = {name: tuple(x.shape) for name, x in tensors.items()}
    if wanted != found:
        raise ValueError(f"{path}: the weights of {kind} must be {wanted}, got {found}")
    module.load_state_dict({name: x.float() for name, x in tensors.items()})
    return module


def _size(file: Path, values: dict[str, Any], name: str) -> int:
    value = values.get(name)
    if type(value) is not int or value < 1:
        raise ValueError(f"{file}: {name} must be a whole number above 0, got {value!r}")
    return value


def _widths(module: nn.Module) -> tuple[int | None, int | None]:
    if isinstance(module, Dense):
        return module.linear.in_features, module.linear.out_features
    if isinstance(module, LayerNorm):
        size = int(module.norm.normalized_shape[0])
        return size, size
    return None, None


def _place_of(activation: nn.Module) -> str:
    kind = type(activation)
    return f"{kind.__module__.removeprefix('torch.nn.modules.')}.{kind.__name__}"
