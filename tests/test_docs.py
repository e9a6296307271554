"""Every code block of the README and of the guides that need no training of a BERT."""

import re
import shlex
from pathlib import Path

import pytest

import subword.cli

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# These have tests of their own, which make the models and tables that they start from.
ELSEWHERE = {"embedding.md", "fine-tuning.md", "from-corpus-to-classifier.md"}
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks_of(page):
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def run_console(block):
    for line in block.splitlines():
        program, *arguments = shlex.split(line.removeprefix("$ "))
        assert program == "subword"
        assert subword.cli.main(arguments) == 0, line


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.name not in ELSEWHERE], ids=lambda page: page.name
)
def test_every_block_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "corpus.txt").write_text("the cat sat on the mat\nunbelievable\n" * 40)
    names = {"__name__": page.stem}
    for kind, block in blocks_of(page):
        if kind == "python":
            exec(compile(block, f"{page.name}: {block[:40]!r}", "exec"), names)
        elif kind == "console":
            run_console(block)


def test_blocks_are_of_known_kinds():
    kinds = {kind for page in PAGES for kind, _ in blocks_of(page)}
    assert kinds <= {"python", "console", "bash", "text"}


def test_links_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
