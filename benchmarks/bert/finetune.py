"""Fine-tuning and masked-token training: bert_min's loop beside a plain loop over transformers.

Both sides start from the same weights and see the same batches in the same order with the same
schedule. transformers pads a batch to its longest example (its own collators do the same) and
trains with torch's AdamW; bert_min runs its loop as `bert-min finetune` does. Tokens are real
tokens, never padding. Both sides are timed in turns, a few steps each, so that other work on the
machine slows both.

    python -m benchmarks.bert.finetune speed --model FOLDER --task sst2
    python -m benchmarks.bert.finetune speed --model FOLDER --task mlm
    python -m benchmarks.bert.finetune scores --model FOLDER --task conll --seeds 0 1 2
"""

import argparse
import json
import platform
import statistics
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
import transformers

from bert_min.model.packed_head import IGNORE
from bert_min.model.pretraining_heads import BertForMaskedLM
from bert_min.tasks import TaskSettings, make_task
from bert_min.text.batch import Batch
from bert_min.text.corpus import Corpus
from bert_min.text.masking import make_masker
from bert_min.text.special_tokens import SpecialIds
from bert_min.text.tokenize import encode_texts
from bert_min.text.tokenizers import load_tokenizer
from bert_min.training.loop import TrainingLoop
from bert_min.training.optimizer import learning_rate
from bert_min.training.pretraining_objective import PretrainObjective
from bert_min.training.processes import Processes
from bert_min.training.train_config import TrainConfig
from tests.helpers.data import TASKS

THEIRS = {
    "classification": transformers.AutoModelForSequenceClassification,
    "nli": transformers.AutoModelForSequenceClassification,
    "ner": transformers.AutoModelForTokenClassification,
    "qa": transformers.AutoModelForQuestionAnswering,
}


def lines_to(path, lines):
    """Write lines and return the path."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def split_sick(data, folder):
    """SICK has no official split in this file: every fifth pair_ID is held out."""
    header, *rows = (data / "sick/SICK.txt").read_text(encoding="utf-8").splitlines()
    held = [int(row.split("\t", 1)[0]) % 5 == 0 for row in rows]
    train_rows = [row for row, out in zip(rows, held, strict=True) if not out]
    test_rows = [row for row, out in zip(rows, held, strict=True) if out]
    return (
        lines_to(folder / "train.tsv", [header, *train_rows]),
        lines_to(folder / "test.tsv", [header, *test_rows]),
    )


def split_squad(data, folder):
    """The training file of SQuAD is not at hand: 38 articles of dev-v1.1 train, 10 test."""
    document = json.loads((data / "squad/dev-v1.1.json").read_text(encoding="utf-8"))
    for name, part in (("train", slice(0, 38)), ("test", slice(38, None))):
        text = json.dumps({**document, "data": document["data"][part]})
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return folder / "train.json", folder / "test.json"


def files_of(task, data, folder):
    """Task of bert_min, training file and test file."""
    known = {
        "sst2": ("classification", data / "sst2/train.tsv", data / "sst2/dev.tsv"),
        "conll": ("ner", data / "conll2003/train.txt", data / "conll2003/test.txt"),
        "kornli": ("nli", data / "kornli/xnli.dev.ko.tsv", data / "kornli/xnli.test.ko.tsv"),
        "nsmc": ("classification", data / "nsmc/train.txt", data / "nsmc/test.txt"),
    }
    if task == "sick":
        return ("nli", *split_sick(data, folder))
    if task == "squad":
        return ("qa", *split_squad(data, folder))
    return known[task]


class Padded:
    """A transformers model with the two things bert_min asks of a model: packed in, packed out."""

    def __init__(self, model):
        self.model = model
        self.config = model.config

    def parameters(self):
        """The weights, whose device says where to compute."""
        return self.model.parameters()

    def inputs(self, ids, lengths, types):
        """Pad: (T,) ids to (B, S) inputs, and the (B, S) mask."""
        lengths = torch.as_tensor(lengths)
        mask = torch.arange(int(lengths.max()))[None, :] < lengths[:, None]
        grid = {"input_ids": ids, "token_type_ids": types}
        padded = {k: mask.long().masked_scatter(mask, v) * mask for k, v in grid.items()}
        return {**padded, "attention_mask": mask.long()}, mask

    def forward_packed(self, ids, lengths, types):
        """Scores as bert_min returns them, packed."""
        inputs, mask = self.inputs(ids, lengths, types)
        out = self.model(**inputs)
        keys = ("start_logits", "end_logits", "logits")
        found = {k: getattr(out, k) for k in keys if getattr(out, k, None) is not None}
        return SimpleNamespace(
            **{k: v[mask] if v.shape[:2] == mask.shape else v for k, v in found.items()}
        )

    def loss(self, batch: Batch):
        """The loss transformers computes."""
        ids, types = torch.from_numpy(batch.input_ids), torch.from_numpy(batch.token_type_ids)
        inputs, mask = self.inputs(ids, batch.lengths, types)
        if len(batch.token_labels):
            labels = torch.full(mask.shape, IGNORE)
            labels[mask] = torch.from_numpy(batch.token_labels)
            inputs["labels"] = labels
        elif batch.row_labels.shape[1] == 2:
            rows = torch.from_numpy(batch.row_labels)
            inputs["start_positions"], inputs["end_positions"] = rows[:, 0], rows[:, 1]
        else:
            inputs["labels"] = torch.from_numpy(batch.row_labels[:, 0])
        return self.model(**inputs).loss


class Clock:
    """Tokens a second, by the clock on the wall and by the processor time of this process.

    On a machine shared with others only the second is a property of the program (with one thread).
    """

    def __init__(self):
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def rates(self, tokens):
        """Tokens a second since the clock was made: by the wall, by the processor."""
        return (
            tokens / (time.perf_counter() - self.wall),
            tokens / (time.process_time() - self.cpu),
        )


def train_theirs(padded, objective, config, steps):
    """The plain loop of the transformers course: AdamW, linear schedule, clipping."""
    model = padded.model.train()
    decay = [p for p in model.parameters() if p.ndim > 1]
    rest = [p for p in model.parameters() if p.ndim <= 1]
    groups = [
        {"params": decay, "weight_decay": config.weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=config.lr, betas=config.betas, eps=config.eps)
    torch.manual_seed(config.seed)
    tokens, step, epoch = 0, 0, 0
    clock = Clock()
    while step < steps:
        order = np.random.default_rng([config.seed, epoch, 0]).permutation(len(objective))
        for at in range(0, len(order), config.batch_size):
            if step == steps:
                break
            rng = np.random.default_rng([config.seed, step + 1, 1])
            batch = objective.batch(order[at : at + config.batch_size], rng)
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(config, step, steps)
            padded.loss(batch).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), config.clip)
            optimizer.step()
            optimizer.zero_grad()
            tokens += int(batch.lengths.sum())
            step += 1
        epoch += 1
    model.eval()
    return clock.rates(tokens)


def train_ours(model, objective, config, steps):
    """The steps of bert_min's loop, without its files."""
    whole = TrainConfig(**{**vars(config), "max_steps": steps})
    with tempfile.TemporaryDirectory() as out:
        processes = Processes("cpu")
        loop = TrainingLoop(model, objective, whole, Path(out), processes, model.save_pretrained)
        model.train()
        tokens = 0
        clock = Clock()
        for _, _, batch in loop.batches(steps):
            loop.train_step(batch)
            tokens += int(batch.lengths.sum())
        rates = clock.rates(tokens)
    model.eval()
    return rates


def mlm_objective(texts, tokenizer, max_length):
    """Every text a document of its own, masked as in pretraining."""
    flat = encode_texts(tokenizer, texts, add_special_tokens=False)
    kept = flat.lengths > 0
    splits = np.concatenate(([0], np.cumsum(flat.lengths[kept])))
    corpus = Corpus(flat.ids, splits, np.arange(kept.sum() + 1))
    objective = PretrainObjective(
        corpus,
        SpecialIds.of(tokenizer),
        make_masker(tokenizer),
        max_length=max_length,
        pairs=False,
        seed=0,
    )
    objective.start_epoch(0)
    return objective


def prepare(options, folder):
    """Our model and objective, and transformers' model from the very same weights."""
    tokenizer = load_tokenizer(options.model)
    torch.manual_seed(options.seeds[0])
    if options.task == "mlm":
        task = make_task(TaskSettings(task="classification"), tokenizer)
        texts = task.read(options.data / "sst2/train.tsv").first[: options.limit]
        ours = BertForMaskedLM.from_pretrained(options.model)
        ours.save_pretrained(folder)
        theirs = transformers.AutoModelForMaskedLM.from_pretrained(folder)
        return None, None, mlm_objective(texts, tokenizer, options.max_length), ours, Padded(theirs)
    name, train_file, test_file = files_of(options.task, options.data, folder)
    settings = TaskSettings(
        task=name, max_length=options.max_length, document_context=options.document_context
    )
    task = make_task(settings, tokenizer)
    data, test = task.read(train_file), task.read(test_file)
    task.learn(data)
    labels = {"id2label": dict(enumerate(task.labels))} if task.labels else {}
    ours = task.head.from_pretrained(options.model, **labels)
    ours.save_pretrained(folder)
    theirs = THEIRS[name].from_pretrained(folder)
    return task, test, task.objective(data), ours, Padded(theirs)


def speed(options):
    """Tokens a second of both sides, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        _, _, objective, ours, theirs = prepare(options, Path(folder))
    config = TrainConfig(batch_size=options.batch_size, lr=options.lr, seed=0)
    rates = {"bert_min": [], "transformers": []}
    for turn in range(options.turns + 1):
        mine = train_ours(ours, objective, config, options.steps)
        peer = train_theirs(theirs, objective, config, options.steps)
        if turn:  # the first turn warms up
            rates["bert_min"].append(mine)
            rates["transformers"].append(peer)
    found = {}
    for i, clock in enumerate(("wall", "cpu")):
        pairs = zip(rates["bert_min"], rates["transformers"], strict=True)
        ratios = [a[i] / b[i] for a, b in pairs]
        found[clock] = {
            **{name: round(statistics.median(r[i] for r in rows)) for name, rows in rates.items()},
            "ratio": round(statistics.median(ratios), 2),
            "ratio_range": [round(min(ratios), 2), round(max(ratios), 2)],
        }
    return found


def scores(options):
    """Scores after whole runs of both sides, for every seed."""
    found = {name: [] for name in options.sides}
    for seed in options.seeds:
        one = argparse.Namespace(**{**vars(options), "seeds": [seed]})
        with tempfile.TemporaryDirectory() as folder:
            task, test, objective, ours, theirs = prepare(one, Path(folder))
        if options.limit:
            rows = np.random.default_rng([seed, 3]).permutation(len(objective))[: options.limit]
            objective = Part(objective, rows)
        config = TrainConfig(batch_size=options.batch_size, lr=options.lr, seed=seed)
        steps = -(-len(objective) // options.batch_size) * options.epochs
        for name, model, run in (
            ("bert_min", ours, train_ours),
            ("transformers", theirs, train_theirs),
        ):
            if name not in options.sides:
                continue
            rate, _ = run(model, objective, config, steps)
            metrics = task.evaluate(model, test)
            found[name].append({"seed": seed, "tokens_per_second": round(rate, 1), **metrics})
            print(name, found[name][-1], flush=True)
    summary = {}
    for name, rows in found.items():
        values = [row[task.metric] for row in rows]
        spread = statistics.stdev(values) if len(values) > 1 else 0.0
        summary[name] = {task.metric: statistics.mean(values), "sd": spread, "runs": rows}
    return summary


class Part:
    """Some examples of an objective."""

    def __init__(self, objective, rows):
        self.objective, self.rows = objective, rows

    def __len__(self):
        return len(self.rows)

    def __getattr__(self, name):
        return getattr(self.objective, name)

    def batch(self, rows, rng):
        """Make the batch of some of these examples."""
        return self.objective.batch(self.rows[rows], rng)


def main():
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("speed", "scores"))
    parser.add_argument("--task", required=True)
    parser.add_argument("--model", required=True, type=Path)
    parser.add_argument("--data", type=Path, default=TASKS)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--lr", type=float, default=5e-5)
    parser.add_argument("--max-length", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--document-context", action="store_true", help="(conll)")
    parser.add_argument("--limit", type=int, help="use so many training examples")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    sides = ("bert_min", "transformers")
    parser.add_argument("--sides", nargs="+", choices=sides, default=sides, help="(scores)")
    parser.add_argument("--steps", type=int, default=10, help="of one turn (speed)")
    parser.add_argument("--turns", type=int, default=5, help="(speed)")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    transformers.utils.logging.set_verbosity_error()
    result = {"speed": speed, "scores": scores}[options.what](options)
    machine = {
        "cpu": platform.processor() or platform.machine(),
        "threads": options.threads,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
    }
    print(json.dumps({"task": options.task, **result, "machine": machine}, indent=2))


if __name__ == "__main__":
    main()
