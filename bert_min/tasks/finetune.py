"""Fine-tuning a BERT on a task."""

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import torch

from bert_min.hub import find_folder
from bert_min.model.config import BertConfig
from bert_min.tasks.base import Task
from bert_min.tasks.model_head import load_with_head, stored_labels
from bert_min.tasks.registry import make_task
from bert_min.tasks.settings import TaskSettings
from bert_min.text.same_file import refuse_overwriting
from bert_min.text.tokenizers import load_tokenizer, save_tokenizer
from bert_min.training.checkpoint import kept_checkpoint
from bert_min.training.held_out import held_out_loss
from bert_min.training.identity import digest, model_digest
from bert_min.training.loop import train
from bert_min.training.processes import Processes
from bert_min.training.run_state import Metrics
from bert_min.training.train_config import TrainConfig
from subword.file_access import write_text

METRICS = "metrics.json"
DEV_SHARE = 0.1  # of the training file, without a development file


def finetune(
    settings: TaskSettings,
    model_folder: str | Path,
    train_file: str | Path,
    dev_file: str | Path | None,
    out: str | Path,
    config: TrainConfig,
    *,
    dev_share: float | None = None,
    device: str | None = None,
    resume: bool = False,
) -> Metrics:
    """Fine-tune a model and keep the one that does best on the development set.

    Args:
        settings: The task.
        model_folder: A BERT with its tokenizer, or a name of the Hub.
        train_file: Examples to learn from.
        dev_file: Examples to judge by; None to set a share of the training file aside.
        out: Folder for the model, ``task.json``, ``metrics.json``, ``log.jsonl``, ``curves.png``
            and the checkpoint.
        config: How to train.
        dev_share: How much to set aside without a development file, a tenth by default; whole
            documents and passages, and all labels alike. The seed decides which.
        device: "cpu", "cuda", or None for a GPU if there is one.
        resume: Go on from the checkpoint in `out`.

    Returns:
        The metrics of the best evaluation, as in ``metrics.json``.

    Raises:
        ValueError: If a setting or a file breaks a rule.
        OSError: If a file cannot be read or written.
    """
    if settings.task == "few-shot":
        raise ValueError("the task few-shot is trained by finetune_few_shot, not by finetune")
    model_folder = find_folder(model_folder)
    refuse_overwriting(out, [model_folder])
    processes = Processes(device)
    tokenizer = load_tokenizer(model_folder)
    task = make_task(settings, tokenizer)
    task.fit(BertConfig.from_pretrained(model_folder), model_folder)
    if dev_file is not None and dev_share is not None:
        raise ValueError(f"dev_share {dev_share} is for a run without a development file")
    train_data = task.read(train_file)
    dev_data = None if dev_file is None else task.read(dev_file)
    task.learn(train_data)
    before = stored_labels(task, model_folder)
    if not settings.labels and set(before) == set(task.labels):
        task.settings = dataclasses.replace(task.settings, labels=before)  # their numbers
    if processes.is_first:
        say_remarks(task, train_file, train_data)
    if dev_data is None:
        share = DEV_SHARE if dev_share is None else dev_share
        train_data, dev_data = task.split(train_data, share, config.seed)
    else:
        task.check(dev_data)
        if processes.is_first:
            say_remarks(task, str(dev_file), dev_data)
    torch.manual_seed(config.seed)  # the new head
    model, head = load_with_head(task, model_folder)
    objective, held_out = task.objective(train_data), task.objective(dev_data)
    task.warn_of_unknown(objective.examples.inputs)
    identity = {
        **dataclasses.asdict(task.settings),
        "labels": list(task.labels),
        "tokenizer": digest(tokenizer.to_str()),
        "model": model_digest(model_folder),
        "training data": objective.digest(),
        "development data": held_out.digest(),
    }
    if processes.is_first:
        if head:
            print(head)
        set_aside = "" if dev_file else f", {len(held_out):,} set aside to judge by"
        print(model.load_report)
        print(f"{len(objective):,} inputs to train on{set_aside}, on {processes.device}")

    def evaluate() -> Metrics:
        return {**task.evaluate(model, dev_data), "loss": held_out_loss(model, held_out)}

    def save(folder: Path) -> None:
        model.save_pretrained(folder)
        save_tokenizer(tokenizer, folder, model_folder if Path(model_folder).is_dir() else None)
        task.settings.save(folder)

    result = train(
        model,
        objective,
        config,
        out,
        save=save,
        evaluate=evaluate,
        metric=task.metric,
        larger_is_better=task.larger_is_better,
        processes=processes,
        resume=resume,
        identity=identity,
    )
    found = result.best or {}
    if processes.is_first and result.finished:
        write_metrics(Path(out) / METRICS, {**found, "best_step": result.best_step})
        print(kept_checkpoint(out))
    processes.wait()
    return found


def say_remarks(task: Task, file: str | Path, data: Any) -> None:
    """Say in one line, on the standard error stream, what was read in another way than written."""
    if remarks := task.remarks(data):
        print(f"{file}: {'; '.join(remarks)}", file=sys.stderr)


def write_metrics(path: Path, metrics: dict[str, Any]) -> None:
    """Write metrics as JSON."""
    write_text(path, json.dumps(metrics, indent=2, ensure_ascii=False) + "\n")
