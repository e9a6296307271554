"""The folder of a fine-tuned model: ours, or one that transformers has written."""

import json
from pathlib import Path
from typing import Any, Final

from bert_min.model.config import BertConfig
from bert_min.tasks.settings import SETTINGS, TaskSettings
from bert_min.tasks.tag_schemes import normal_names

# The end of the name under "architectures" in config.json -> the task such a head is for.
HEADS: Final = {
    "ForSequenceClassification": "classification",
    "ForTokenClassification": "ner",
    "ForQuestionAnswering": "qa",
}


def read_task_settings(folder: str | Path) -> TaskSettings:
    """Read the settings of a fine-tuned model: from ``task.json``, else from ``config.json``.

    A folder of transformers says with its architecture what it was trained for and names its
    labels. It does not say whether an example has two texts: one and two are taken. Texts are cut
    at the model's longest input.

    Args:
        folder: Of the model.

    Returns:
        The settings.

    Raises:
        OSError: If the folder holds no fine-tuned model.
        ValueError: If a file is broken, or the model was trained for something else.
    """
    if (Path(folder) / SETTINGS).is_file() or not (Path(folder) / "config.json").is_file():
        return TaskSettings.load(folder)
    config = BertConfig.from_pretrained(folder)
    name = architecture(folder)
    task = next((HEADS[end] for end in HEADS if name.endswith(end)), None)
    if task is None:
        raise OSError(
            f"{folder}/{SETTINGS}: a fine-tuned model must have this file, or name its head under "
            f"architectures in config.json, got {name or 'none'}; see bert-min finetune"
        )
    if task == "qa":
        return TaskSettings(task="qa")
    if task == "classification":
        task = _kind_of_classifier(folder, config)
    labels = tuple(_labels(config)) if task != "regression" else ()
    if task == "ner":
        labels = tuple(normal_names(labels, {}).values())
        if "O" not in labels:
            raise ValueError(f"{folder}: the labels of a model for names must have O, got {labels}")
    longest = config.longest_text
    return TaskSettings(task=task, labels=labels, max_length=longest, one_or_two_texts=True)


def architecture(folder: str | Path) -> str:
    """The class of the model in a folder, such as BertForSequenceClassification; empty if unknown.

    Raises:
        OSError: There is no config.json.
        ValueError: It is not JSON.
    """
    names = json.loads((Path(folder) / "config.json").read_text(encoding="utf-8"))
    return str((names.get("architectures") or [""])[0])


def _kind_of_classifier(folder: str | Path, config: BertConfig) -> str:
    if config.problem_type == "multi_label_classification":
        raise ValueError(
            f"{folder}: problem_type multi_label_classification is not implemented: a text has one "
            "label here"
        )
    is_regression = config.problem_type == "regression" or config.num_labels == 1
    if is_regression and config.num_labels > 1:
        raise ValueError(f"{folder}: a regression has one output here, got {config.num_labels}")
    return "regression" if is_regression else "classification"


def _labels(config: BertConfig) -> list[str]:
    names: dict[int, Any] = config.id2label or {}
    return [names.get(number, f"LABEL_{number}") for number in range(config.num_labels)]
