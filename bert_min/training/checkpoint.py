"""The checkpoint of a training run: write it, and resume from it."""

from collections.abc import Mapping
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
# Settings that may change when a run that is complete goes on.
_LENGTH = ("epochs", "max_steps", "total steps")


def fingerprint(
    config: TrainConfig, total_steps: int, examples: int, identity: Mapping[str, Any]
) -> dict[str, Any]:
    """Collect what a checkpoint and the run that resumes it must agree on.

    Args:
        config: How the run is trained.
        total_steps: Of the whole run.
        examples: Of an epoch.
        identity: What else makes the run what it is: its task, data and model, ready for JSON.
    """
    settings = asdict(replace(config, stop_at=None))
    settings["betas"] = list(config.betas)
    return {**settings, "total steps": total_steps, **identity, "examples": examples}


def kept_checkpoint(out: str | Path) -> str:
    """Say what the checkpoint of a complete run is good for; nothing if there is none."""
    path = Path(out) / CHECKPOINT
    if not path.is_file():
        return ""
    return (
        f"{path} ({path.stat().st_size / 1e6:,.1f} MB) is kept: more epochs or steps with --resume "
        "go on from it; without such plans it can be removed"
    )


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
        Where the run begins: at step 0 if there is nothing to resume. A complete run goes on if
        this one has more steps.

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
    needed = {"settings", "model", "optimizer", *(field.name for field in fields(RunState))}
    if not isinstance(content, dict) or not needed <= content.keys():
        raise ValueError(f"{path}: not a checkpoint of bert_min, which holds {sorted(needed)}")
    total = content["settings"]["total steps"]
    complete = content["stopped"] or content["step"] >= total
    if not resume:
        if not complete:
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
    longer = complete and settings["total steps"] > total
    for name in [*settings, *(name for name in content["settings"] if name not in settings)]:
        old, new = content["settings"].get(name), settings.get(name)
        if old != new and not (longer and name in _LENGTH):
            raise ValueError(
                f"{path}: the run to go on from had {name} = {old!r}, this one has {new!r}; use "
                "the same settings, or begin anew in another folder"
            )
    model.load_state_dict(content["model"])
    optimizer.load_state_dict(content["optimizer"])
    state = RunState(**{field.name: content[field.name] for field in fields(RunState)})
    if longer:
        state.stopped, state.evals_without_gain = False, 0
    return state
