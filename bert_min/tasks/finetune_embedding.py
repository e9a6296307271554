"""Train the vectors of a model: on pairs, triplets, scored pairs, texts alone, or a teacher's."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from bert_min.embedding.after_pooling import AfterPooling, Dense
from bert_min.embedding.embedder import Embedder
from bert_min.embedding.folder_settings import read_folder_settings
from bert_min.embedding.pooling import Pooling
from bert_min.hub import find_folder
from bert_min.tasks.dev_split import choose_rows
from bert_min.tasks.distillation import DistillationObjective
from bert_min.tasks.embedding_objective import EmbeddingObjective
from bert_min.tasks.embedding_scores import embedding_scores
from bert_min.tasks.embedding_settings import EmbeddingSettings
from bert_min.tasks.finetune import DEV_SHARE, METRICS, write_metrics
from bert_min.tasks.hard_negatives import mine_negatives
from bert_min.tasks.text_groups import TextGroups, join_groups, read_text_groups
from bert_min.tasks.text_vectors import TextVectors
from bert_min.text.same_file import refuse_overwriting
from bert_min.text.tokenize import encode_texts, truncated_texts, warn_of_cut
from bert_min.training.checkpoint import kept_checkpoint
from bert_min.training.identity import digest, model_digest
from bert_min.training.loop import train
from bert_min.training.processes import Processes
from bert_min.training.run_state import Metrics
from bert_min.training.train_config import TrainConfig

USUAL_LENGTH = 128


def finetune_embedding(
    settings: EmbeddingSettings,
    model_folder: str | Path,
    train_files: Sequence[str | Path],
    dev_file: str | Path | None,
    out: str | Path,
    config: TrainConfig,
    *,
    dev_share: float | None = None,
    device: str | None = None,
    resume: bool = False,
) -> Metrics:
    """Train the vectors of a model and keep those that do best on the development set.

    Pairs and triplets are trained against the other texts of their batch, scored pairs by the
    order of their scores, texts alone against their other half under another dropout (SimCSE). A
    batch may hold all of them. With a teacher in the settings, its vectors of all these texts are
    learnt instead; where it makes wider or narrower ones, a dense layer is put behind the pooling.

    Args:
        settings: How to train.
        model_folder: A BERT with its tokenizer, or a name of the Hub; also one of
            sentence-transformers, whose modules are trained along.
        train_files: Examples to learn from; see `read_text_groups`.
        dev_file: Examples to judge by; None to set a share of the training examples aside.
        out: Folder for the model, ``metrics.json``, ``log.jsonl``, ``curves.png`` and the
            checkpoint. `Embedder.from_pretrained` and sentence-transformers open it.
        config: How to train.
        dev_share: How much to set aside without a development file, a tenth by default.
        device: "cpu", "cuda", or None for a GPU if there is one.
        resume: Go on from the checkpoint in `out`.

    Returns:
        The metrics of the best evaluation, as in ``metrics.json``; none for texts alone without a
        development file.

    Raises:
        ValueError: A setting or a file breaks a rule.
        OSError: A file cannot be read or written.
    """
    model_folder = find_folder(model_folder)
    refuse_overwriting(out, [model_folder])
    processes = Processes(device)
    embedder = open_embedder(
        model_folder, config, processes, "embedding", settings.pooling, settings.max_length
    )
    report = embedder.model.load_report
    _check_widths(settings, embedder)
    if dev_file is not None and dev_share is not None:
        raise ValueError(f"dev_share {dev_share} is for a run without a development file")
    data = join_groups([_read(path, settings) for path in train_files])
    dev = None if dev_file is None else _read(dev_file, settings)
    if dev is not None and dev.alone:
        raise ValueError(f"{dev_file}: vectors are measured on pairs, got texts alone")
    if dev is None and not data.alone:
        data, dev = _split(data, DEV_SHARE if dev_share is None else dev_share, config.seed)
    if settings.hard_negatives:
        data = mine_negatives(embedder, data, settings.hard_negatives)
    prompts = (embedder.query_prompt, embedder.document_prompt, embedder.default_prompt)
    objective: EmbeddingObjective | DistillationObjective
    if settings.teacher is None:
        objective = EmbeddingObjective(
            data, embedder.tokenizer, settings, embedder.max_length, prompts
        )
    else:
        objective = _learn_from(settings, embedder, data, processes)
    model = TextVectors(embedder.model, embedder.pooling, embedder.after)
    if processes.is_first:
        print(report)
        aside = "" if dev is None or dev_file else f", {len(dev.texts):,} set aside to judge by"
        print(f"{len(objective):,} examples to train on{aside}, on {processes.device}")

    def evaluate() -> Metrics:
        return {} if dev is None else embedding_scores(embedder, dev)

    result = train(
        model,
        objective,
        config,
        out,
        save=embedder.save_pretrained,
        evaluate=None if dev is None else evaluate,
        metric=None if dev is None else "spearman" if dev.scored.any() else "ndcg_at_10",
        processes=processes,
        resume=resume,
        identity={
            **dataclasses.asdict(settings),
            "task": "embedding",
            "teacher": settings.teacher and "as the training data say",
            "matryoshka": list(settings.matryoshka),
            "max_length": embedder.max_length,
            "tokenizer": digest(embedder.tokenizer.to_str()),
            "model": model_digest(read_folder_settings(model_folder).encoder),
            "prompts": list(prompts),
            "training data": objective.digest(),
            "development data": "" if dev is None else digest(*map(repr, dev.texts), dev.scores),
        },
    )
    found = result.best or {}
    if result.finished:
        write_metrics(Path(out) / METRICS, {**found, "best_step": result.best_step})
        print(kept_checkpoint(out))
    return found


def open_embedder(
    folder: str | Path,
    config: TrainConfig,
    processes: Processes,
    task: str,
    pooling: Pooling | None,
    max_length: int | None,
) -> Embedder:
    """Load a model whose vectors are to be trained, and set the seed.

    Args:
        folder: Of the model.
        config: How to train.
        processes: Of the run.
        task: Its name, for messages.
        pooling: In place of the folder's; None for that.
        max_length: Most tokens of a text; None for that of the folder, 128 at most.

    Returns:
        The embedder, without a pooler that nothing has trained.

    Raises:
        ValueError: The batch is to be cut into parts.
    """
    if config.accumulate > 1 or processes.size > 1:
        raise ValueError(
            f"the examples of a batch are compared with each other, so the task {task} takes "
            f"accumulate 1 and one process, got {config.accumulate} and {processes.size}: memory "
            "does not grow with the batch"
        )
    torch.manual_seed(config.seed)
    embedder = Embedder.from_pretrained(folder, device=processes.device)
    embedder.pooling = pooling or embedder.pooling
    length = max_length or min(embedder.max_length, USUAL_LENGTH)
    embedder.max_length = embedder.model.config.fit_length(length)
    report = embedder.model.load_report
    if embedder.pooling != "pooler" and report and "pooler.weight" in report.initialised:
        embedder.model.pooler = None  # made up when the model was loaded
    return embedder


def _learn_from(
    settings: EmbeddingSettings, embedder: Embedder, data: TextGroups, processes: Processes
) -> DistillationObjective:
    """Let the teacher make the vectors of all texts, and give the student the width for them."""
    where: dict[str, str] = {}
    for group, place in zip(data.texts, data.where, strict=True):
        for text in group:
            where.setdefault(text, place)
    texts = list(where)
    teacher = Embedder.from_pretrained(settings.teacher or "", device=processes.device)
    wanted = teacher.encode(texts)
    distill = settings.distill or "vectors"
    width = wanted.shape[1]
    own = embedder.model.config.hidden_size if embedder.widths is None else embedder.widths[1]
    if distill == "vectors" and width != own:
        before = () if embedder.after is None else tuple(embedder.after)
        layer = Dense(own, width, activation="Identity")
        embedder.after = AfterPooling(*before, layer).to(processes.device)
        if processes.is_first:
            print(f"a dense layer makes {width} numbers of {own}, as many as the teacher has")
    prompted, limit = [embedder.default_prompt + text for text in texts], embedder.max_length
    rows = encode_texts(embedder.tokenizer, prompted, limit)
    places = list(where.values())
    cut = truncated_texts(embedder.tokenizer, prompted, rows, limit)
    warn_of_cut(cut, len(texts), "texts", limit, places)
    return DistillationObjective(
        rows,
        places,
        wanted,
        distill,
        normalize=embedder.normalize,
        batch_tokens=settings.batch_tokens,
    )


def _read(path: str | Path, settings: EmbeddingSettings) -> TextGroups:
    return read_text_groups(
        path,
        text_column=settings.text_column,
        pair_column=settings.pair_column,
        label_column=settings.label_column,
        max_score=settings.max_score,
    )


def _split(data: TextGroups, share: float, seed: int) -> tuple[TextGroups, TextGroups]:
    """Set a share of the examples aside; those of one first text stay together."""
    number: dict[str, int] = {}
    groups = np.array([number.setdefault(group[0], len(number)) for group in data.texts], np.int64)
    chosen = choose_rows(groups, np.zeros(len(number), np.int64), share, seed)
    return data.take(np.flatnonzero(~chosen)), data.take(np.flatnonzero(chosen))


def _check_widths(settings: EmbeddingSettings, embedder: Embedder) -> None:
    widths = embedder.widths
    width = embedder.model.config.hidden_size if widths is None else widths[1]
    for size in settings.matryoshka:
        if size > width:
            raise ValueError(
                f"the widths of matryoshka must be at most {width}, that of the vectors, got {size}"
            )
