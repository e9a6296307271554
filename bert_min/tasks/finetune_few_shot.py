"""Train a classifier on a few examples of each label: the vectors, then a logistic regression."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from bert_min.embedding.folder_settings import read_folder_settings
from bert_min.hub import find_folder
from bert_min.tasks.classification import label_ids
from bert_min.tasks.embedding_objective import EmbeddingObjective
from bert_min.tasks.embedding_settings import EmbeddingSettings
from bert_min.tasks.few_shot import FewShotTask, pairs_of_labels
from bert_min.tasks.finetune import DEV_SHARE, METRICS, say_remarks, write_metrics
from bert_min.tasks.finetune_embedding import open_embedder
from bert_min.tasks.labelled_texts import Texts
from bert_min.tasks.settings import TaskSettings
from bert_min.tasks.vector_classifier import VectorClassifier
from bert_min.text.batch import length_batches
from bert_min.text.same_file import refuse_overwriting
from bert_min.training.checkpoint import kept_checkpoint
from bert_min.training.identity import digest, model_digest
from bert_min.training.loop import train
from bert_min.training.processes import Processes
from bert_min.training.run_state import Metrics
from bert_min.training.train_config import TrainConfig


def finetune_few_shot(
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
    """Train vectors on pairs of the same label and of different ones, and a classifier on them.

    Args:
        settings: The task "few-shot"; see `TaskSettings`.
        model_folder: A model that makes good vectors, such as one of sentence-transformers; or a
            name of the Hub.
        train_file: Labelled texts to learn from.
        dev_file: Labelled texts to judge by; None to set a share of the training file aside.
        out: Folder for the embedder, its classifier, ``task.json``, ``metrics.json``,
            ``log.jsonl``, ``curves.png`` and the checkpoint. `bert-min predict` and `evaluate`
            take it, and it opens as an embedder.
        config: How to train; an epoch is one pass over the pairs.
        dev_share: How much to set aside without a development file, a tenth by default.
        device: "cpu", "cuda", or None for a GPU if there is one.
        resume: Go on from the checkpoint in `out`.

    Returns:
        The metrics of the best evaluation, as in ``metrics.json``.

    Raises:
        ValueError: A setting or a file breaks a rule.
        OSError: A file cannot be read or written.
    """
    model_folder = find_folder(model_folder)
    refuse_overwriting(out, [model_folder])
    if dev_file is not None and dev_share is not None:
        raise ValueError(f"dev_share {dev_share} is for a run without a development file")
    processes = Processes(device)
    pooling = settings.pooling
    embedder = open_embedder(
        model_folder, config, processes, "few-shot", pooling, settings.max_length
    )
    embedder.truncate_dim = None  # the classifier reads whole vectors
    task = FewShotTask(
        dataclasses.replace(
            settings, max_length=embedder.max_length, prompt=embedder.default_prompt
        ),
        embedder.tokenizer,
    )
    train_data = task.read(train_file)
    dev_data = None if dev_file is None else task.read(dev_file)
    task.learn(train_data)
    say_remarks(task, train_file, train_data)
    if dev_data is None:
        share = DEV_SHARE if dev_share is None else dev_share
        train_data, dev_data = task.split(train_data, share, config.seed)
    else:
        task.check(dev_data)
    labels = label_ids(train_data.labels or [], task.labels, train_data.where)
    pairs = pairs_of_labels(train_data.first, labels, train_data.where, settings.pairs, config.seed)
    objective = EmbeddingObjective(
        pairs,
        embedder.tokenizer,
        EmbeddingSettings(scale=settings.scale),
        embedder.max_length,
        ("", "", embedder.default_prompt),
    )
    model = VectorClassifier(embedder, len(task.labels))
    print(embedder.model.load_report)
    aside = "" if dev_file else f", {len(dev_data.first):,} set aside to judge by"
    print(
        f"{len(labels):,} texts of {len(task.labels)} labels to train on{aside}: "
        f"{len(objective):,} pairs, on {processes.device}"
    )

    def evaluate() -> Metrics:
        model.eval().fit(vectors_of_texts(model, task, train_data), labels)
        return task.evaluate(model, dev_data)

    def save(folder: Path) -> None:
        embedder.save_pretrained(folder)
        model.save_classifier(folder)
        task.settings.save(folder)

    result = train(
        model.vectors,
        objective,
        config,
        out,
        save=save,
        evaluate=evaluate,
        metric=task.metric,
        processes=processes,
        resume=resume,
        identity={
            **dataclasses.asdict(task.settings),
            "labels": list(task.labels),
            "tokenizer": digest(embedder.tokenizer.to_str()),
            "model": model_digest(read_folder_settings(model_folder).encoder),
            "training data": objective.digest(),
            "development data": digest(*dev_data.first, *(dev_data.labels or [])),
        },
    )
    found = result.best or {}
    if result.finished:
        write_metrics(Path(out) / METRICS, {**found, "best_step": result.best_step})
        print(kept_checkpoint(out))
    return found


def vectors_of_texts(
    model: VectorClassifier, task: FewShotTask, data: Texts
) -> NDArray[np.float32]:
    """Make the vectors (N, W) that the classifier of a model reads.

    Args:
        model: In evaluation mode.
        task: Tokenizes the texts.
        data: N texts.
    """
    inputs = task.inputs(data)
    device = model.classifier.weight.device
    found = np.empty((len(inputs), model.classifier.in_features), np.float32)
    with torch.inference_mode():
        for rows in length_batches(inputs.lengths, task.settings.batch_tokens):
            batch = inputs.batch(rows)
            ids = torch.from_numpy(batch.input_ids).to(device)
            found[rows] = model.text_vectors(ids, batch.lengths.tolist()).float().cpu().numpy()
    return found
