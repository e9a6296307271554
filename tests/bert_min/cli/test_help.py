"""The help of `bert-min`: at once, whole, and of the same choices as the library."""

import argparse
import os
import resource
import shlex
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

import bert_min
import bert_min.tasks
from bert_min.cli import run
from bert_min.embedding.embed_files import DTYPES
from bert_min.embedding.options import Combine, LongTexts
from bert_min.embedding.pooling import Pooling
from bert_min.embedding.precision import Precision
from bert_min.tasks.registry import TASKS
from bert_min.training.model_sizes import SIZES

ROOT = Path(__file__).parents[3]
# Options of `predict` that are the example itself.
EXAMPLES = ("texts", "text", "pair", "question", "passage", "words", "input", "queries", "query")
COMMANDS = (
    "embed", "search", "rank", "export", "pretrain", "finetune", "predict", "evaluate", "show",
)  # fmt: skip


def python(code):
    """Run code in a fresh Python; returns its lines and the seconds of a core it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.stderr == ""
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return done.stdout.splitlines(), seconds


def subparsers():
    parser = run.make_parser()
    (found,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    return found.choices


def option(command, name):
    return next(a for a in subparsers()[command]._actions if name in a.option_strings)


@pytest.mark.parametrize("words", [[], *([command] for command in COMMANDS)])
def test_help_takes_less_than_a_third_of_a_second_and_needs_no_torch(words):
    code = (
        f"import sys; from bert_min.cli import main\n"
        f"try: main({[*words, '--help']})\n"
        f"finally: print([m for m in ('torch', 'numpy', 'tqdm', 'bert_min.model')"
        f" if m in sys.modules])"
    )
    times = []
    for _ in range(5):
        lines, seconds = python(code)
        assert lines[0].startswith(" ".join(["usage: bert-min", *words]))
        assert lines[-1] == "[]"
        times.append(seconds)
        if seconds < 0.3:
            break
    assert min(times) < 0.3


def test_the_choices_of_the_options_are_those_of_the_library():
    assert tuple(subparsers()) == COMMANDS
    assert option("finetune", "--task").choices == tuple(sorted([*TASKS, "embedding"]))
    assert option("embed", "--pooling").choices == get_args(Pooling)
    assert option("embed", "--combine").choices == get_args(Combine)
    assert option("embed", "--long-texts").choices == get_args(LongTexts)
    assert option("embed", "--precision").choices == get_args(Precision)
    assert option("embed", "--dtype").choices == tuple(DTYPES)
    assert all(size in option("pretrain", "--config").help for size in SIZES)


@pytest.mark.parametrize("package", [bert_min, bert_min.tasks], ids=lambda p: p.__name__)
def test_names_that_are_imported_late_are_all_there(package):
    assert set(package.__all__) <= set(dir(package))
    for name in package.__all__:
        assert getattr(package, name).__name__ == name if name != "TASKS" else package.TASKS
    with pytest.raises(AttributeError, match=f"module '{package.__name__}' has no attribute 'x'"):
        _ = package.x


def test_rooms_are_there_after_one_import():
    code = "import bert_min; print(bert_min.model.bert.BertModel is bert_min.BertModel)"
    assert python(code)[0] == ["True"]
    code = "import bert_min; print(bert_min.embedding.embedder.Embedder is bert_min.Embedder)"
    assert python(code)[0] == ["True"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_has_a_whole_sentence_and_its_default(command):
    parser = subparsers()[command]
    options = [action for action in parser._actions if action.dest != "help"]
    assert len(options) >= 4
    for action in options:
        text = (action.help or "") % {"default": action.default}
        assert text[:1].isupper(), action.dest
        assert text.endswith("."), action.dest
        if action.nargs == 0 or action.required or action.dest in EXAMPLES:
            continue
        assert "Default: " in text, action.dest
        if action.default is not None:
            shown = action.default[0] if isinstance(action.default, list) else action.default
            assert f"Default: {shown}." in text, action.dest


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_an_example_that_its_parser_takes(command):
    shown = subparsers()[command].format_help()
    line = shown.split("\nexample:\n  ")[1].strip()
    assert "\n" not in line
    words = shlex.split(line)
    assert words[:2] == ["bert-min", command]
    assert callable(run.make_parser().parse_args(words[1:]).run)
