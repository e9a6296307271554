"""Extractive question answering as a task: examples, loss, answers."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from bert_min.model.heads import BertForQuestionAnswering
from bert_min.model.packing import PackedLayout
from bert_min.model.pretrained import PretrainedModel
from bert_min.tasks.base import Record, Task, TrainingExamples
from bert_min.tasks.passage_windows import Windows, answer_tokens, make_windows
from bert_min.tasks.squad import Question, Squad, read_squad
from bert_min.tasks.squad_answers import Answers, best_spans, best_threshold
from bert_min.tasks.squad_scores import LANGUAGES, answer_scores, squad_metrics
from bert_min.text.batch import Batch
from bert_min.text.tokenize import encode_texts, encode_with_offsets, warn_of_cut
from bert_min.training.objective import LossTerm, run_packed, to_device
from bert_min.training.run_state import Metrics

Int = NDArray[np.int64]


class QuestionAnsweringTask(Task):
    """Questions about passages."""

    metric = "f1"
    head = BertForQuestionAnswering
    usual_length = 384
    options: ClassVar = frozenset(
        (
            *("max_question_tokens", "stride", "max_answer_tokens", "n_best", "null_threshold"),
            "language",
        )
    )

    def example(self, texts: Sequence[str], source: str) -> Squad:
        """Take a question and its passage."""
        self.expect_texts(texts, 2)
        question = Question("1", texts[0], 0, (), source)
        return Squad([texts[1]], [question], self.settings.may_be_unanswerable)

    def read(self, path: str | Path, labelled: bool = True) -> Squad:
        """Read SQuAD JSON; see `read_squad`."""
        return read_squad(path, labelled=labelled)

    def learn(self, data: Squad) -> None:
        """Note whether questions may have no answer."""
        self.settings = replace(self.settings, may_be_unanswerable=data.may_be_unanswerable)

    def groups(self, data: Squad) -> tuple[Int, Int]:
        """The questions of a passage, or every question alone where there is one passage."""
        groups = _passages(data)
        _, groups = np.unique(groups, return_inverse=True)
        if groups.max(initial=0) == 0:
            groups = np.arange(len(groups))
        return groups, np.zeros(groups.max(initial=-1) + 1, np.int64)

    def check(self, data: Squad) -> None:
        """Do nothing: there are no labels."""

    def language(self, data: Squad) -> str:
        """Whose rules compare the answers: those asked for, else those of the file.

        Raises:
            ValueError: There are none for that language.
        """
        found = self.settings.language or data.language or "en"
        if found not in LANGUAGES:
            raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, got {found!r}")
        return found

    def remarks(self, data: Squad) -> tuple[str, ...]:
        """Whether answers are compared by syllables."""
        if self.language(data) == "ko":
            return ("answers are compared by syllables, as the script of KorQuAD does",)
        return ()

    def windows(self, data: Squad) -> tuple[Windows, Int, Int]:
        """Tokenize, and cut passages into windows.

        Returns:
            The windows, the characters (T, 2) of all passage tokens, and the (passages + 1,) splits
            of those.
        """
        passages, offsets = encode_with_offsets(self.tokenizer, data.passages)
        texts = [question.text for question in data.questions]
        questions = encode_texts(self.tokenizer, texts, add_special_tokens=False)
        most = self.settings.max_question_tokens
        where = [question.where for question in data.questions]
        warn_of_cut(np.flatnonzero(questions.lengths > most), len(texts), "questions", most, where)
        windows = make_windows(
            questions,
            passages,
            _passages(data),
            self.special,
            max_length=self.max_length,
            stride=self.settings.stride,
            max_question=most,
        )
        return windows, offsets, passages.splits

    def training_examples(self, data: Squad) -> TrainingExamples:
        """Make windows with the first and last token of the first answer; 0 and 0 for none."""
        windows, offsets, splits = self.windows(data)
        spans = [q.answers[0] if q.answers else ("", -1) for q in data.questions]
        starts = np.array([start for _, start in spans], np.int64)
        stops = np.array([start + len(text) for text, start in spans], np.int64)
        first, last = answer_tokens(windows, starts, stops, _passages(data), offsets, splits)
        where = _sources(windows, data)
        labels = np.stack((first, last), axis=1)
        return TrainingExamples(windows.inputs, where, row_labels=labels)

    def term_counts(self, batch: Batch) -> dict[str, int]:
        """Count the windows."""
        return {"span": len(batch.lengths)}

    def loss(
        self, model: PretrainedModel, batch: Batch, device: torch.device
    ) -> dict[str, LossTerm]:
        """Cross entropy of the answer's first and last token, half of each.

        Every window is a softmax over its own tokens.
        """
        out = run_packed(model, batch, device)
        layout = PackedLayout.of(torch.from_numpy(batch.lengths), device)
        gold = to_device(batch.row_labels, device)
        loss = torch.zeros((), device=device)
        right = torch.ones(len(gold), dtype=torch.bool, device=device)
        for side, logits in enumerate((out.start_logits, out.end_logits)):
            padded = layout.to_padded(logits.float(), fill=-torch.inf)  # (B, S)
            loss = loss + F.cross_entropy(padded, gold[:, side], reduction="sum") / 2
            right &= padded.argmax(1) == gold[:, side]
        return {"span": LossTerm(loss, right.sum())}

    def answers(self, model: PretrainedModel, data: Squad) -> list[Answers]:
        """Find the candidates of each question."""
        settings = self.settings
        windows, offsets, splits = self.windows(data)
        count = len(windows.question)
        starts: list[NDArray[np.float64]] = [np.zeros(0)] * count
        ends: list[NDArray[np.float64]] = [np.zeros(0)] * count
        names = ("start_logits", "end_logits")
        batches = self.scores(model, windows.inputs, _sources(windows, data), names)
        for rows, lengths, (start, end) in batches:
            stops = np.cumsum(lengths)
            for row, a, b in zip(rows.tolist(), stops - lengths, stops, strict=True):
                starts[row], ends[row] = start[a:b].astype(float), end[a:b].astype(float)
        bounds = np.searchsorted(windows.question, np.arange(len(data.questions) + 1))
        found = []
        for question, a, b in zip(data.questions, bounds[:-1], bounds[1:], strict=True):
            own = slice(splits[question.passage], splits[question.passage + 1])
            found.append(
                best_spans(
                    starts[a:b],
                    ends[a:b],
                    windows.begin[a:b],
                    windows.offset[a:b],
                    windows.size[a:b],
                    data.passages[question.passage],
                    offsets[own],
                    may_be_unanswerable=settings.may_be_unanswerable,
                    n_best=settings.n_best,
                    max_answer_tokens=settings.max_answer_tokens,
                )
            )
        return found

    def predict(self, model: PretrainedModel, data: Squad) -> list[Record]:
        """Answer every question.

        Returns:
            For each question its ``id``, the ``answer`` (empty for none), its characters ``start``
            and ``end`` in the passage, ``score`` and ``log_probability``, the ``null_margin``, and
            all ``candidates``.
        """
        settings = self.settings
        threshold = settings.null_threshold if settings.may_be_unanswerable else None
        records = []
        answers = self.answers(model, data)
        for question, found in zip(data.questions, answers, strict=True):
            best = found.best(threshold)
            records.append(
                {
                    "id": question.id,
                    "question": question.text,
                    "answer": best.text,
                    "start": best.start_chars,
                    "end": best.stop_chars,
                    "score": best.score,
                    "log_probability": best.log_probability,
                    "null_margin": found.null_margin,
                    "candidates": [candidate._asdict() for candidate in found.candidates],
                }
            )
        return records

    def score(self, records: list[Record], data: Squad) -> Metrics:
        """Exact match and F1 of the official scripts, those of SQuAD or KorQuAD, in percent.

        Where questions may have no answer, also ``best_f1``, the F1 with the null threshold that
        suits these data best, and that ``best_f1_threshold``.
        """
        language = self.language(data)
        predicted = {record["id"]: record["answer"] for record in records}
        found = squad_metrics(predicted, data.questions, data.may_be_unanswerable, language)
        if not (data.may_be_unanswerable and self.settings.may_be_unanswerable):
            return found
        margins = np.array([record["null_margin"] for record in records])
        spans = [
            next((c["text"] for c in record["candidates"] if c["text"]), "") for record in records
        ]
        kept = answer_scores(spans, data.questions, True, language=language)
        left = answer_scores([""] * len(records), data.questions, True, language=language)
        threshold = best_threshold(margins, kept - left)
        best = np.where(margins > threshold, left, kept).mean()
        return {**found, "best_f1": 100 * float(best), "best_f1_threshold": threshold}

    def show(self, record: Record) -> str:
        """The answer with its characters, then the next best."""
        lines = [f"Q: {record['question']}"]
        if record["answer"]:
            span = f"characters {record['start']}-{record['end']}"
            lines.append(f"A: {record['answer']}  ({span}, score {record['score']:.2f})")
        else:
            lines.append("A: (the passage does not say)")
        for candidate in record["candidates"][1:3]:
            lines.append(f"   {candidate['text'] or '(no answer)'}  {candidate['score']:.2f}")
        return "\n".join(lines)


def _sources(windows: Windows, data: Squad) -> list[str]:
    return [data.questions[number].where for number in windows.question.tolist()]


def _passages(data: Squad) -> Int:
    return np.array([question.passage for question in data.questions], np.int64)
