"""The head a model is fine-tuned with: that of its folder where it fits, else a new one."""

from pathlib import Path

from bert_min.model.config import BertConfig
from bert_min.model.pretrained import PretrainedModel
from bert_min.model.weight_files import read_tensors
from bert_min.model.weight_names import current_names, split_qkv
from bert_min.tasks.base import Task
from bert_min.tasks.tag_schemes import normal_names
from bert_min.tasks.task_folder import architecture


def stored_labels(task: Task, folder: str | Path) -> tuple[str, ...]:
    """The labels of a folder's head, by number, if it is of the kind the task needs.

    Args:
        task: It decides on the kind of head.
        folder: Of the model.

    Returns:
        The labels, tags as they are written here; none if the folder has no such head.
    """
    config = BertConfig.from_pretrained(folder)
    if not _is_of_kind(task, folder) or config.id2label is None:
        return ()
    names = tuple(config.id2label[number] for number in sorted(config.id2label))
    if task.settings.task != "ner":
        return names
    try:
        return tuple(normal_names(names, {}).values())
    except ValueError:
        return names  # such as LABEL_0


def load_with_head(task: Task, folder: str | Path) -> tuple[PretrainedModel, str]:
    """Load a model for a task, with the head of its folder or a new one.

    Args:
        task: It has learned its labels.
        folder: Of the model.

    Returns:
        The model in evaluation mode, and a line on what became of the head of the folder, empty if
        there was none.

    Raises:
        OSError: A file is missing.
        ValueError: The weights of the encoder do not fit.
    """
    model = task.head(BertConfig.from_pretrained(folder).replace(**task.head_settings()))
    tensors = read_tensors(folder)
    known = current_names(tensors, model.config.model_type)
    fresh = split_qkv(model.state_dict())
    head = {
        stored: tensor.shape == fresh[name].shape
        for name, theirs in model.weight_names()
        if not name.startswith("bert.") and theirs in known
        for stored, tensor in [known[theirs]]
    }
    is_of_kind = _is_of_kind(task, folder)
    left = {stored for stored, fits in head.items() if not (fits and is_of_kind)}
    model.load_tensors({k: v for k, v in tensors.items() if k not in left}, str(folder))
    model.eval()
    if not head:
        return model, ""
    before, now = stored_labels(task, folder), task.labels
    if not is_of_kind:
        return (
            model,
            f"the head of {folder} is for another task ({architecture(folder)}): a new one",
        )
    if left:
        return model, (
            f"the head of {folder} has {_counted(before, tensors[min(left)].shape[0])}, this task "
            f"{_counted(now, model.config.num_labels)}: a new head"
        )
    if not now or set(before) == set(now):
        return model, f"the head of {folder} is kept"
    return model, (
        f"the head of {folder} is kept; its labels {', '.join(before)} are now {', '.join(now)}"
    )


def _is_of_kind(task: Task, folder: str | Path) -> bool:
    name = architecture(folder)
    return not name or name.endswith(task.head.__name__.removeprefix("Bert"))


def _counted(labels: tuple[str, ...], count: int) -> str:
    names = f" ({', '.join(labels)})" if 0 < len(labels) <= 10 else ""
    return f"{count} label{'s' if count != 1 else ''}{names}"
