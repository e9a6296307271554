"""The checkpoint of a training run: write it, and resume from it."""

from dataclasses import asdict, fields, replace
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, BinaryIO

import torch
from torch import nn

from bert_min.training.run_state import RunState
from bert_min.training.train_config import TrainConfig
from subword.file_access import atomic_file

CHECKPOINT = "checkpoint.pt"
# Names inside the file; a file with others cannot be resumed. 0.1.0 wrote no number.
FORMAT = 2


def fingerprint(config: TrainConfig, total_steps: int, examples: int) -> dict[str, Any]:
    """Collect what a checkpoint and the run that resumes it must agree on."""
    settings = asdict(replace(config, stop_at=None))
    settings["betas"] = list(config.betas)
    return {**settings, "total steps": total_steps, "examples": examples}


def save_checkpoint(
    path: Path,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    state: RunState,
    settings: dict[str, Any],
) -> None:
    """Write everything that the rest of the run depends on.

    Raises:
        OSError: The file cannot be written; the one before stays.
    """
    content = {
        "format": FORMAT,
        "settings": settings,
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        **asdict(state),
    }
    with atomic_file(path, sync=True) as file:
        write_content(content, file)


def write_content(content: dict[str, Any], file: BinaryIO) -> None:
    """Write with `torch.save`, with the OSError of the file where that fails."""
    try:
        torch.save(content, file)
    except RuntimeError as error:
        # torch closes its archive in a file that cannot be written, and complains about that.
        if isinstance(error.__context__, OSError):
            raise error.__context__ from None
        raise


def load_checkpoint(
    path: Path,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    settings: dict[str, Any],
    *,
    device: torch.device,
    resume: bool,
) -> RunState:
    """Continue where a checkpoint ends, or make sure that none is overwritten by mistake.

    Args:
        path: The checkpoint; it need not exist.
        model: Filled with the weights of the checkpoint.
        optimizer: Filled with its state.
        settings: The `fingerprint` of this run.
        device: Where to load tensors to.
        resume: Whether to continue; without, a checkpoint of a complete run is ignored.

    Returns:
        Where the run begins: at step 0 if there is nothing to resume.

    Raises:
        ValueError: The file is no checkpoint, belongs to a run with other settings, or is that of
            an incomplete run while `resume` is false.
    """
    if not path.exists():
        return RunState()
    try:
        content = torch.load(path, map_location=device, weights_only=True)
    except (RuntimeError, UnpicklingError, EOFError) as error:
        raise ValueError(f"{path}: not a checkpoint of bert_min: {error}") from error
    if not resume:
        if not content["stopped"] and content["step"] < content["settings"]["total steps"]:
            raise ValueError(
                f"{path}: a run was cut off here at step {content['step']}; go on with "
                "--resume, or remove the file to begin anew"
            )
        return RunState()
    if content.get("format") != FORMAT:
        raise ValueError(
            f"{path}: written by another version of bert_min, which this one cannot resume; "
            "remove the file to begin anew"
        )
    for name, value in content["settings"].items():
        if settings[name] != value:
            raise ValueError(
                f"{path}: the run to go on from had {name} = {value!r}, this one has "
                f"{settings[name]!r}; use the same settings, or begin anew in another folder"
            )
    model.load_state_dict(content["model"])
    optimizer.load_state_dict(content["optimizer"])
    return RunState(**{field.name: content[field.name] for field in fields(RunState)})
