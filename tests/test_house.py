"""The rules of the project that no linter checks."""

import ast
import re
import statistics
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

import subword
from subword import demo
from tests import conftest

ROOT = Path(__file__).parents[1]
MAX_LINES = 400
MEDIAN_LINES = range(80, 201)
SOURCES = (".py", ".pyx", ".pxd", ".pyi", ".h")
FOLDERS = ("subword", "bert_min", "tests", "benchmarks", "tools")
FILES = sorted(
    path
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*")
    if path.suffix in SOURCES and "__pycache__" not in path.parts
)


def is_generated(path):
    return "enerated by" in path.read_text(encoding="utf-8")[:400]


HAND_WRITTEN = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in FILES
    if not is_generated(path)
}


def imported_modules(text):
    """The modules that a Python source imports, each `from` import with its names too."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_there_are_files_to_look_at():
    assert len(FILES) > 100
    assert len(HAND_WRITTEN) < len(FILES)


def test_no_hand_written_file_is_too_long():
    lengths = {name: len(text.splitlines()) for name, text in HAND_WRITTEN.items()}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}
    # An `__init__` of a few lines, which says what a room is for, is no file to read.
    assert int(statistics.median(n for n in lengths.values() if n > 5)) in MEDIAN_LINES


def test_every_hand_written_file_says_what_it_is():
    """Modules by a docstring, headers by a comment; the docstring of a stub is its module's."""
    opening = {".py": ('"""', 'r"""'), ".pyx": ('"""', 'r"""'), ".h": ("/*", "//")}
    silent = [
        name
        for name, text in HAND_WRITTEN.items()
        if text and not text.startswith(opening.get(Path(name).suffix, ""))
    ]
    assert silent == []


def test_no_test_imports_a_test_and_no_benchmark_is_imported_by_tests():
    """What several of them need is in tests/helpers, which imports neither."""
    wrong = [
        f"{name}: {module}"
        for name, text in HAND_WRITTEN.items()
        if name.startswith(("tests/", "benchmarks/")) and name.endswith(".py")
        for module in imported_modules(text)
        if re.match(r"tests\..*\btest_", module)
        or (name.startswith("tests/") and module.split(".")[0] == "benchmarks")
    ]
    assert wrong == []


def test_every_folder_of_tests_is_named_after_a_room():
    for package in ("subword", "bert_min"):
        rooms = {
            path.parent.name.lstrip("_") for path in FILES if path.parent.parent.name == package
        }
        folders = {path.parent.name for path in (ROOT / "tests" / package).glob("*/*.py")}
        assert folders <= rooms


def is_for_cython_alone(path):
    """Whether no Python file imports the module: other Cython modules cimport it."""
    module = re.escape(".".join(path.relative_to(ROOT).with_suffix("").parts))
    room, _, name = module.rpartition(r"\.")
    imported = re.compile(rf"\b{module} import\b|\b{room} import [^#\n]*\b{name}\b")
    python = (other for other in FILES if other.suffix in (".py", ".pyi"))
    return not any(imported.search(other.read_text(encoding="utf-8")) for other in python)


def test_every_cython_module_that_python_imports_has_a_stub():
    modules = [path for path in FILES if path.suffix == ".pyx"]
    missing = [
        path.name
        for path in modules
        if not path.with_suffix(".pyi").exists() and not is_for_cython_alone(path)
    ]
    assert modules
    assert missing == []


def test_every_folder_of_modules_is_packed():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["packages"]["find"]["include"]
    packages = {
        path.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for path in FILES
        if path.is_relative_to(ROOT / "subword") or path.is_relative_to(ROOT / "bert_min")
    }
    assert packages
    assert [p for p in packages if not any(fnmatch(p, pattern) for pattern in patterns)] == []


def test_the_tree_has_every_file_that_the_makefile_names():
    named = set(
        re.findall(r"\b(?:tests|tools|benchmarks)/[\w/]+\.\w+", (ROOT / "Makefile").read_text())
    )
    assert "tests/fuzz/reached.c" in named
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if not listed.stdout:
        pytest.skip("not in a git checkout")
    assert named - set(listed.stdout.split()) == set()


def test_the_tree_has_every_test_that_may_be_left_out():
    assert [name for name in conftest.NEEDS if not (ROOT / "tests" / name).exists()] == []


def test_versions_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert project["project"]["version"] == subword.__version__
    assert re.search(r"^## \[(\d[\d.]*)\]", changelog, re.M).group(1) == subword.__version__


def test_changelog_has_the_form_of_keep_a_changelog():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (.*)$", changelog, re.M)
    kinds = re.findall(r"^### (.*)$", changelog, re.M)
    assert changelog.startswith("# Changelog\n")
    assert versions[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", v) for v in versions[1:])
    assert set(kinds) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_readme_has_two_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^```bash\n(.*?)\n```$", readme, re.M | re.S)
    assert len(commands) == 2
    assert "subword.demo" in commands[0]
    assert "-m pytest" in commands[1]


@pytest.mark.parametrize("package", ["subword"])
def test_import_needs_numpy_alone(package):
    """What importing drags in, beside the standard library and numpy."""
    program = (
        f"import sys; before = set(sys.modules); import {package}; "
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    output = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    loaded = {name for name in output.stdout.split() if not name.startswith("_")}
    ours = {"subword", "numpy", "cython_runtime"}
    assert loaded - ours - sys.stdlib_module_names == set()


def test_the_tests_of_other_pythons_need_few_packages():
    """The step of .ci/run that runs them installs no more than these."""
    step = (ROOT / ".ci/run").read_text().partition("other_pythons() {")[2].partition("\n}")[0]
    rooms = re.search(r"tests/subword/\{([\w,]+)\}", step)[1].split(",")
    few = {"subword", "tests", "numpy", "pytest", "hypothesis", "regex", "tokenizers"}
    imported = {
        f"{name}: {module}"
        for name, text in HAND_WRITTEN.items()
        if any(name.startswith(f"tests/subword/{room}/") for room in rooms)
        for statement in ast.parse(text).body
        for module in imported_modules(ast.unparse(statement))
        if isinstance(statement, ast.Import | ast.ImportFrom)
        if module.split(".")[0] not in few | sys.stdlib_module_names
    }
    assert rooms
    assert imported == set()


def test_demo_learns_and_measures(capsys, monkeypatch):
    monkeypatch.setattr(demo, "MEASURE_SECONDS", 0.01)
    monkeypatch.setattr(demo, "REPEATS", 1)
    demo.main(["--vocab-size", "700"])
    printed = capsys.readouterr().out
    assert re.search(r"^ +bpe +byte_level_bpe +wordpiece +unigram$", printed, re.M)
    assert re.search(r"^tokens +700 +700 +700 +700$", printed, re.M)
    assert printed.count("decoded: the same text") >= len(demo.SAMPLES)
    assert re.search(r"^encode, 1 thread( +\d[\d,]* MB/s){4}$", printed, re.M)


def test_demo_reads_files(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(demo, "MEASURE_SECONDS", 0.01)
    monkeypatch.setattr(demo, "REPEATS", 1)
    text = "가나다라 마바사 abcdefghij klmnop qrstuv wxyz\n\n" * 30
    (tmp_path / "mine.txt").write_text(text, encoding="utf-8")
    demo.main([str(tmp_path / "mine.txt"), "--vocab-size", "300"])
    assert "mine.txt" in capsys.readouterr().out
