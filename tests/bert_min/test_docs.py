"""Every command and every piece of Python in the guides, run on small files."""

import json
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
import torch

from bert_min.cli import main
from bert_min.model.bert import BertModel
from bert_min.model.config import BertConfig
from subword import Tokenizer

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```(bash|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WORDS = [
    "a",
    "the",
    "cat",
    "man",
    "sat",
    "plays",
    "film",
    "is",
    "good",
    "bad",
    "warm",
    "funny",
    "mat",
    "guitar",
    "music",
    "was",
    "born",
]
KOREAN = [
    "정말",
    "재미있는",
    "영화",
    "지루한",
    "배우",
    "연기",
    "최고",
    "별로",
    "다시",
    "보고",
    "싶다",
]


def phrases(rng, words, count):
    return [" ".join(rng.choice(words, size=rng.integers(3, 9))) for _ in range(count)]


def write_files(folder):
    """What the guides take for granted."""
    rng = np.random.default_rng(0)
    (folder / "model").mkdir()
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", "?", *WORDS]
    (folder / "model/vocab.txt").write_text("\n".join(vocabulary) + "\n")
    Tokenizer.from_wordpiece(str(folder / "model/vocab.txt")).save(
        str(folder / "model/tokenizer.json")
    )
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder / "model")
    for name in ("reviews.tsv", "reviews-dev.tsv"):
        rows = [f"{text}\t{int('good' in text)}" for text in phrases(rng, WORDS, 40)]
        (folder / name).write_text("\n".join(["sentence\tlabel", *rows]) + "\n")
    pairs = [
        {"premise": a, "hypothesis": b, "label": "yes" if "cat" in b else "no"}
        for a, b in zip(phrases(rng, WORDS, 30), phrases(rng, WORDS, 30), strict=True)
    ]
    (folder / "pairs.jsonl").write_text("\n".join(map(json.dumps, pairs)))
    alike = [
        f"{a}\t{b}\t{len(set(a.split()) & set(b.split())):.1f}"
        for a, b in zip(phrases(rng, WORDS, 30), phrases(rng, WORDS, 30), strict=True)
    ]
    (folder / "scores.tsv").write_text("\n".join(["sentence1\tsentence2\tscore", *alike]) + "\n")
    asked = [
        f"{text}\t{text} {word}" for text, word in zip(phrases(rng, WORDS, 17), WORDS, strict=True)
    ]
    (folder / "questions.tsv").write_text("\n".join(["query\tpositive", *asked]) + "\n")
    lines = [
        "\n".join(f"{word} {'B-ART' if word == 'film' else 'O'}" for word in text.split())
        for text in phrases(rng, WORDS, 30)
    ]
    (folder / "names.txt").write_text("\n\n".join(lines))
    qas = [
        {"id": "1", "question": "who sat?", "answers": [{"text": "cat", "answer_start": 4}]},
        {"id": "2", "question": "who plays?", "answers": [], "is_impossible": True},
    ]
    paragraph = {"context": "the cat sat. " * 30, "qas": qas}
    squad = {"version": "v2.0", "data": [{"title": "cats", "paragraphs": [paragraph]}]}
    (folder / "squad.json").write_text(json.dumps(squad))
    reviews = phrases(rng, KOREAN, 200)
    (folder / "reviews.txt").write_text("<|endoftext|>".join(reviews), encoding="utf-8")
    stories = ["\n".join(f"{text}." for text in phrases(rng, WORDS, 8)) for _ in range(120)]
    (folder / "stories.txt").write_text("\n\n".join(stories))
    for name in ("train.tsv", "test.tsv"):
        rows = [f"{text}\t{int('최고' in text)}" for text in phrases(rng, KOREAN, 40)]
        text = "\n".join(["document\tlabel", *rows]) + "\n"
        (folder / name).write_text(text, encoding="utf-8")


def run_command(line):
    name, *arguments = shlex.split(line)
    assert name == "bert-min"
    assert main(arguments) == 0


@pytest.mark.filterwarnings("ignore:candidates ran out")
@pytest.mark.parametrize("name", ["fine-tuning.md", "from-corpus-to-classifier.md"])
def test_guide(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    torch.set_num_threads(1)
    write_files(tmp_path)
    blocks = BLOCK.findall((DOCS / name).read_text(encoding="utf-8"))
    assert {kind for kind, _ in blocks} == {"bash", "python"}
    for kind, block in blocks:
        if kind == "python":
            exec(compile(block, f"{name}: {block[:40]!r}", "exec"), {})
        else:
            for line in block.splitlines():
                run_command(line)
    printed = capsys.readouterr().out
    assert "accuracy" in printed
