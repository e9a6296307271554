"""The loop: same weights whatever interrupts or splits it, and nothing good is ever lost."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from bert_min import progress
from bert_min.model.config import BertConfig
from bert_min.model.heads import BertForSequenceClassification
from bert_min.tasks.classification import ClassificationTask
from bert_min.tasks.labelled_texts import Texts
from bert_min.tasks.settings import TaskSettings
from bert_min.training.checkpoint import CHECKPOINT
from bert_min.training.curves import draw_curves
from bert_min.training.held_out import held_out_loss
from bert_min.training.loop import TrainingLoop, train
from bert_min.training.optimizer import learning_rate, make_optimizer
from bert_min.training.processes import Processes
from bert_min.training.train_config import TrainConfig
from tests.helpers.screen import use_screen
from tests.helpers.stand_in import Letters

TOKENIZER = Letters()


def small_model(dropout=0.1, seed=0):
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=TOKENIZER.vocab_size,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout,
        id2label={0: "0", 1: "1"},
        num_labels=2,
    )
    return BertForSequenceClassification(config)


def toy_data(count=41, seed=0):
    """Is there a z in it?"""
    rng = np.random.default_rng(seed)
    texts = ["".join(rng.choice(list("abcdz "), size=rng.integers(2, 12))) for _ in range(count)]
    return Texts(texts, None, [str(int("z" in text)) for text in texts], ["toy"] * count)


def toy_objective(**kwargs):
    task = ClassificationTask(TaskSettings(task="classification", max_length=16), TOKENIZER)
    data = toy_data(**kwargs)
    task.learn(data)
    return task.objective(data)


def fit(out, config, *, model=None, **more):
    torch.set_num_threads(1)
    model = model or small_model()
    result = train(model, toy_objective(), config, out, save=model.save_pretrained, **more)
    return model, result


def same_weights(a, b):
    return all(
        torch.equal(x, y)
        for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True)
    )


@pytest.mark.parametrize("stop_at", [3, 5, 7, 12])
def test_resumed_run_is_the_straight_run_bit_for_bit(tmp_path, stop_at):
    settings = {"batch_size": 8, "max_steps": 13, "lr": 1e-3, "log_every": 4, "accumulate": 2}
    straight, _ = fit(tmp_path / "straight", TrainConfig(**settings))
    cut = tmp_path / "cut"
    _, half = fit(cut, TrainConfig(**settings, stop_at=stop_at))
    assert (half.step, half.finished) == (stop_at, False)
    resumed, whole = fit(cut, TrainConfig(**settings), model=small_model(seed=9), resume=True)
    assert (whole.step, whole.finished) == (13, True)
    assert same_weights(straight, resumed)
    assert not same_weights(straight, small_model())
    steps = [json.loads(line)["step"] for line in (cut / "log.jsonl").open()]
    assert steps == sorted(set(steps))
    loaded = BertForSequenceClassification.from_pretrained(cut)
    assert same_weights(loaded, resumed)


def gradients(config, dropout):
    """The gradients of one step, before the optimizer sees them."""
    torch.set_num_threads(1)
    model = small_model(dropout)
    out = Path(os.devnull).parent
    loop = TrainingLoop(model, toy_objective(), config, out, Processes("cpu"), print)
    found = []
    loop.optimizer.step = lambda: found.extend(
        None if p.grad is None else p.grad.clone() for p in model.parameters()
    )
    _, _, batch = next(loop.batches(1))
    loop.train_step(batch)
    return found


SCRIPT = """
import sys, torch
from tests.bert_min.training.test_loop import TrainConfig, gradients
import torch.distributed as dist
for dropout, file in ((0.0, sys.argv[1]), (0.1, sys.argv[2])):
    found = gradients(TrainConfig(batch_size=7, clip=None), dropout)
    if dist.get_rank() == 0:
        torch.save(found, file)
dist.destroy_process_group()
"""


def launch(script, *arguments):
    """Run a script in two processes, as torchrun does."""
    places = str(Path(__file__).parents[3])
    environment = {**os.environ, "PYTHONPATH": places, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--standalone"]
    subprocess.run([*command, str(script), *map(str, arguments)], env=environment, check=True)


def test_two_processes_give_the_gradients_of_one(tmp_path):
    files = [tmp_path / "plain.pt", tmp_path / "dropout.pt"]
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    launch(script, *files)
    whole = gradients(TrainConfig(batch_size=7, clip=None), 0.0)
    halves = gradients(TrainConfig(batch_size=7, clip=None, accumulate=2), 0.1)
    for file, expected in zip(files, (whole, halves), strict=True):
        found = torch.load(file)
        for ours, theirs in zip(expected, found, strict=True):
            assert (ours is None) == (theirs is None)
            if ours is not None:
                torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("parts", [2, 3, 9])
def test_accumulation_keeps_the_gradient(parts):
    whole = gradients(TrainConfig(batch_size=7, clip=None), 0.0)
    pieces = gradients(TrainConfig(batch_size=7, clip=None, accumulate=parts), 0.0)
    for ours, theirs in zip(whole, pieces, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-7)


def test_rate_rises_falls_and_ends_at_zero():
    config = TrainConfig(lr=2.0, warmup=0.25)
    rates = [learning_rate(config, step, 8) for step in range(9)]
    assert rates[:2] == [1.0, 2.0]
    assert max(rates) == 2.0
    assert np.diff(rates[2:]).tolist() == pytest.approx([-1 / 3] * 6)
    assert rates[8] == 0
    assert learning_rate(TrainConfig(lr=2.0, warmup=0), 0, 4) == 2.0


def test_biases_and_norms_do_not_decay():
    model = small_model()
    names = {id(p): name for name, p in model.named_parameters()}
    decayed, rest = make_optimizer(model, TrainConfig(weight_decay=0.3)).param_groups
    assert (decayed["weight_decay"], rest["weight_decay"]) == (0.3, 0.0)
    for p in decayed["params"]:
        assert names[id(p)].endswith("weight")
        assert "norm" not in names[id(p)]
    for p in rest["params"]:
        assert names[id(p)].endswith("bias") or "norm" in names[id(p)]
    assert len(decayed["params"]) + len(rest["params"]) == len(names)


FIT = """
import sys
from tests.bert_min.training.test_loop import TrainConfig, fit
import torch.distributed as dist
config = TrainConfig(batch_size=8, max_steps=11, lr=1e-3, eval_every=5, log_every=1)
fit(sys.argv[1], config, evaluate=lambda: {"x": 1.0}, metric="x")
dist.destroy_process_group()
"""


def test_two_processes_write_one_run(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(FIT)
    launch(script, tmp_path / "two")
    # 41 examples: the last batch of an epoch has one, and one process has nothing to do
    records = [json.loads(line) for line in (tmp_path / "two/log.jsonl").open()]
    assert [r["step"] for r in records if "loss_label" in r] == list(range(1, 12))
    config = TrainConfig(batch_size=8, max_steps=11, lr=1e-3, eval_every=5, accumulate=2)
    fit(tmp_path / "one", config, evaluate=lambda: {"x": 1.0}, metric="x")
    one, two = (BertForSequenceClassification.from_pretrained(tmp_path / n) for n in ("one", "two"))
    for ours, theirs in zip(one.parameters(), two.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-4)


def test_the_best_model_is_kept_and_patience_ends_the_run(tmp_path):
    values = iter([0.5, 0.9, 0.7, 0.9, 0.8])
    weights = []
    model = small_model()

    def evaluate():
        weights.append({k: v.clone() for k, v in model.state_dict().items()})
        return {"accuracy": next(values)}

    config = TrainConfig(batch_size=8, max_steps=20, eval_every=2, patience=2, lr=1e-3)
    _, result = fit(tmp_path, config, model=model, evaluate=evaluate, metric="accuracy")
    assert result == (8, {"accuracy": 0.9}, 4, True)
    best = BertForSequenceClassification.from_pretrained(tmp_path).state_dict()
    assert all(torch.equal(best[name], weights[1][name]) for name in best)
    assert not all(torch.equal(best[name], weights[3][name]) for name in best)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").open()]
    found = [line["evaluation"]["accuracy"] for line in lines if "evaluation" in line]
    assert found == [0.5, 0.9, 0.7, 0.9]


def test_interrupt_and_crash_leave_the_last_good_files(tmp_path):
    model = small_model()
    objective = toy_objective()
    config = TrainConfig(batch_size=8, max_steps=10, checkpoint_every=2, lr=1e-3, log_every=1)
    plain, _ = fit(tmp_path / "plain", config)
    steps = []

    def fail(error):
        def loss(*args):
            steps.append(1)
            if len(steps) == 6:
                raise error
            return type(objective).loss(objective, *args)

        return loss

    objective.loss = fail(KeyboardInterrupt())
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt, match="the last checkpoint in"):
        train(model, objective, config, out, save=model.save_pretrained)
    assert torch.load(out / CHECKPOINT)["step"] == 4
    with pytest.raises(ValueError, match="a run was cut off here at step 4"):
        fit(out, config)
    with pytest.raises(ValueError, match=r"batch_size = 8, this one has 4"):
        fit(out, TrainConfig(batch_size=4, max_steps=10, checkpoint_every=2), resume=True)
    # a crash while the model is being written
    with pytest.raises(OSError, match="disk full"):
        train(
            small_model(), toy_objective(), config, out, save=full_disk, resume=True,
            evaluate=lambda: {"x": 1.0}, metric="x",
        )  # fmt: skip
    assert BertForSequenceClassification.from_pretrained(out)
    resumed, _ = fit(out, config, resume=True)
    assert same_weights(plain, resumed)
    content = torch.load(out / CHECKPOINT)
    torch.save({**content, "format": 1}, out / CHECKPOINT)
    with pytest.raises(ValueError, match="written by another version of bert_min"):
        fit(out, config, resume=True)
    (out / CHECKPOINT).write_bytes(b"no checkpoint")
    with pytest.raises(ValueError, match="not a checkpoint"):
        fit(out, config, resume=True)


def test_the_bar_moves_at_every_step_and_ends_with_the_run(tmp_path, monkeypatch):
    screen = use_screen(monkeypatch)
    monkeypatch.setattr(progress, "REFRESH", 0.001)
    config = TrainConfig(batch_size=8, max_steps=12, log_every=12)
    values = iter([0.5, 0.9])
    fit(tmp_path / "a", config, evaluate=lambda: {"macro_f1": next(values)}, metric="macro_f1")
    drawn = {int(step) for step in re.findall(r"(\d+)/12 \[", screen.getvalue())}
    assert len(drawn) > 6  # of 13
    assert re.search(
        r"12/12 .*, accuracy 0\.\d{3}, loss 0\.\d{3}, [\d,]+ tokens", screen.getvalue()
    )
    assert "step 6: macro F1 0.5000" in screen.getvalue()
    with pytest.raises(ValueError, match="metric must be one of"):
        fit(tmp_path / "b", config, evaluate=lambda: {"f1": 1.0}, metric="x")
    assert progress.Progress._drawn is None


def full_disk(folder):
    folder.mkdir()
    (folder / "config.json").write_text("{")
    raise OSError("disk full")


def test_broken_numbers_stop_the_run_before_they_are_saved(tmp_path):
    config = TrainConfig(batch_size=8, max_steps=3, checkpoint_every=1, log_every=100)
    model = small_model()
    with torch.no_grad():
        model.classifier.weight[0, 0] = float("inf")
    with pytest.raises(ValueError, match="must be"):
        fit(tmp_path, config, model=model)
    with pytest.raises(ValueError, match="must be"):
        fit(tmp_path, config, model=model, evaluate=lambda: {"x": 1.0}, metric="x")
    assert not (tmp_path / CHECKPOINT).exists()
    assert not (tmp_path / "model.safetensors").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("batch_size", 0), ("epochs", 0), ("lr", float("nan")), ("warmup", 1.0), ("clip", 0.0),
        ("precision", "fp16"), ("patience", 0), ("seed", -1), ("accumulate", 0),
    ],
)  # fmt: skip
def test_bad_settings(field, value):
    with pytest.raises(ValueError, match=f"{field} must be"):
        TrainConfig(**{field: value})


def test_empty_data_and_missing_metric(tmp_path):
    with pytest.raises(ValueError, match="precision bf16 trains on a GPU only"):
        fit(tmp_path, TrainConfig(precision="bf16"))
    with pytest.raises(ValueError, match="at least one example"):
        train(small_model(), Nothing(), TrainConfig(), tmp_path, save=print)
    with pytest.raises(ValueError, match="metric must name"):
        fit(tmp_path, TrainConfig(), evaluate=dict)
    with pytest.raises(ValueError, match="metric must be one of f1, got 'x'"):
        fit(tmp_path, TrainConfig(max_steps=1), evaluate=lambda: {"f1": 1.0}, metric="x")


def test_the_held_out_loss_is_the_mean_over_all_examples():
    model = small_model().eval()
    objective = toy_objective(count=41)
    batch = objective.batch(np.arange(41), np.random.default_rng(0))
    with torch.no_grad():
        expected = float(objective.loss(model, batch, torch.device("cpu"))["label"].loss) / 41
    for size in (1, 8, 41, 64):
        assert held_out_loss(model, objective, batch_size=size) == pytest.approx(expected, rel=1e-5)
    part = held_out_loss(model, objective, max_examples=5)
    assert part == held_out_loss(model, objective, max_examples=5)
    assert part != pytest.approx(expected, rel=1e-5)


class Nothing:
    def start_epoch(self, epoch):
        pass

    def __len__(self):
        return 0


def test_learns_and_draws(tmp_path):
    task = ClassificationTask(TaskSettings(task="classification", max_length=16), TOKENIZER)
    data, dev = toy_data(400), toy_data(100, seed=1)
    task.learn(data)
    model = small_model(dropout=0.0)
    torch.set_num_threads(1)
    result = train(
        model, task.objective(data), TrainConfig(batch_size=16, epochs=12, lr=5e-3), tmp_path,
        save=model.save_pretrained, evaluate=lambda: task.evaluate(model, dev), metric="accuracy",
    )  # fmt: skip
    assert result.best["accuracy"] > 0.95
    assert (tmp_path / "curves.png").stat().st_size > 1000
    (tmp_path / "log.jsonl").write_text("")
    assert draw_curves(tmp_path / "log.jsonl") is None


def test_steps_that_are_checked_late_leave_the_weights_whole(tmp_path):
    model, objective = small_model(0.0), toy_objective()
    config = TrainConfig(batch_size=4, max_steps=9, lr=1e-3, log_every=6)
    loop = TrainingLoop(model, objective, config, tmp_path, Processes("cpu"), print)
    loop.steps.at_once = False  # as on a GPU, where reading a number waits for it
    whole, calls, kept = objective.loss, [], []

    def loss(*arguments):
        terms = whole(*arguments)
        calls.append({name: x.clone() for name, x in model.state_dict().items()})
        if len(calls) == 3:
            kept.append(calls[-1])
            terms = {name: term._replace(loss=term.loss * np.nan) for name, term in terms.items()}
        return terms

    objective.loss = loss
    with pytest.raises(ValueError, match="got nan at step 3: of no example alone, those of the"):
        loop.run(None)
    assert all(torch.equal(x, calls[3][name]) for name, x in kept[0].items())  # step 3 left out
    assert len(calls) == 6 + 4  # up to the line of the log, and each example of step 3
    assert all(bool(torch.isfinite(x).all()) for x in model.state_dict().values())


def test_an_evaluation_that_is_no_number_stops_the_run(tmp_path):
    config = TrainConfig(batch_size=8, max_steps=2, eval_every=1)
    with pytest.raises(ValueError, match=r"^x must be a finite number, got nan at step 1"):
        fit(tmp_path, config, evaluate=lambda: {"x": float("nan")}, metric="x")
    model, objective = small_model().eval(), toy_objective()
    with torch.no_grad():
        model.classifier.bias[0] = float("nan")
    with pytest.raises(ValueError, match=r"held-out examples .*: of every example, toy, toy"):
        held_out_loss(model, objective)
