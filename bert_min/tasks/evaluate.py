"""Scores of a fine-tuned model on a file of labelled examples."""

from pathlib import Path
from typing import Any

from bert_min.hub import find_folder
from bert_min.tasks.evaluate_embedding import evaluate_embedding, is_embedder
from bert_min.tasks.finetune import say_remarks, write_metrics
from bert_min.tasks.predict import load_task
from bert_min.text.same_file import refuse_overwriting
from bert_min.training.run_state import Metrics


def evaluate(
    folder: str | Path,
    file: str | Path,
    *,
    device: str | None = None,
    out: str | Path | None = None,
    **changes: Any,
) -> Metrics:
    """Measure a fine-tuned model.

    Args:
        folder: As ``bert-min finetune`` wrote it, or transformers.
        file: Labelled examples.
        device: "cpu", "cuda", or None for a GPU if there is one.
        out: Where to write the metrics; None for ``metrics-NAME.json`` in its folder, where NAME is
            that of the file. ``metrics.json`` there is that of the training.
        **changes: Settings of the task to replace, such as ``null_threshold``.

    Returns:
        The metrics of the task.

    Raises:
        ValueError: If the file breaks a rule.
        OSError: If a file cannot be read or written.
    """
    if out is None and not Path(folder).is_dir():
        raise ValueError(f"out must name a file for the scores, as {folder} is no folder here")
    path = Path(folder) / f"metrics-{Path(file).stem}.json" if out is None else Path(out)
    refuse_overwriting(path, [file])
    if is_embedder(find_folder(folder)):
        found = evaluate_embedding(folder, file, device, changes)
        write_metrics(path, found)
        return found
    model, task = load_task(folder, device, **changes)
    data = task.read(file)
    say_remarks(task, file, data)
    found = task.evaluate(model, data)
    write_metrics(path, found)
    return found
