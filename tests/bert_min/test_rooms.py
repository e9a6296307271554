"""Who may import whom in bert_min, read from its import statements."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# From the ground up. A room imports from the levels below its own, and from itself.
LEVELS = (
    ("progress", "pictures", "hub"),
    ("model", "text"),
    ("attention",),
    ("embedding",),
    ("retrieval", "export"),
    ("training",),
    ("tasks",),
    ("train", "finetune", "predict", "tokenizers", "look"),  # module paths of the guides
    ("cli",),
)
LEVEL_OF = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
# Of subword every room may use what writes and reads files; its tokenizers only text/.
FILES = "subword.file_access"
TREES = {
    path: ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "bert_min").rglob("*.py"))
}


def room_of(path):
    """The room of a module; None for the face of the package."""
    parts = path.relative_to(ROOT / "bert_min").with_suffix("").parts
    return None if parts == ("__init__",) else parts[0]


def module_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path) for path in TREES}


def imports_of(path):
    """(module, name) pairs that a file imports, also for types or late; "" for a whole module."""
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: imports are absolute"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (whole, "") if whole in MODULES else (node.module, alias.name)


ARROWS = [(path, *arrow) for path in TREES for arrow in imports_of(path)]
INNER = [(p, m, n) for p, m, n in ARROWS if m == "bert_min" or m.startswith("bert_min.")]


def show(wrong):
    return [f"{path.relative_to(ROOT)}: {module} {name}" for path, module, name in wrong]


def test_every_room_has_a_level_and_says_in_a_sentence_what_it_is_for():
    assert len(INNER) > 150
    assert {room_of(path) for path in TREES} - {None} == set(LEVEL_OF)
    for path, tree in TREES.items():
        text = ast.get_docstring(tree)
        assert text, f"{path} must say what it holds"
        if path.name == "__init__.py":
            assert len(text.splitlines()) == 1, path


def test_imports_run_downward():
    wrong = []
    for path, module, name in INNER:
        here = room_of(path)
        there = module.split(".")[1] if "." in module else None
        if here in (None, there):
            continue
        if there is None or LEVEL_OF[there] >= LEVEL_OF[here]:
            wrong.append((path, module, name))
    assert show(wrong) == []


def test_only_text_knows_the_tokenizers():
    wrong = [
        (path, module, name)
        for path, module, name in ARROWS
        if module.split(".")[0] == "subword" and module != FILES and room_of(path) != "text"
    ]
    assert show(wrong) == []
    assert any(module == "subword" for _, module, _ in ARROWS)


def is_private(name):
    return name.startswith("_") and not name.startswith("__")


def test_private_modules_and_names_stay_in_their_room():
    wrong = []
    for path, module, name in INNER:
        parts = module.split(".")
        if any(map(is_private, (*parts[2:], name))) and parts[1] != room_of(path):
            wrong.append((path, module, name))
    assert show(wrong) == []


def private_names(room):
    """Names with an underscore that a room defines: functions, classes, variables, attributes."""
    found = set()
    for path, tree in TREES.items():
        if room_of(path) != room:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
                found.add(node.id if isinstance(node, ast.Name) else node.attr)
    return set(filter(is_private, found))


def test_private_attributes_stay_in_their_room():
    defined = {room: private_names(room) for room in LEVEL_OF}
    wrong = []
    for path, tree in TREES.items():
        here = room_of(path)
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and is_private(node.attr):
                others = [room for room, names in defined.items() if node.attr in names]
                if others and here not in others:
                    wrong.append((path, node.attr, f"of {others[0]}"))
    assert show(wrong) == []


def test_no_module_imports_itself_through_others():
    graph = {module_of(path): set() for path in TREES}
    for path, module, _ in INNER:
        graph[module_of(path)].add(module)
    while leaves := {module for module, others in graph.items() if not others & graph.keys()}:
        graph = {module: others for module, others in graph.items() if module not in leaves}
    assert sorted(graph) == []


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("train", ["TrainConfig", "train"]),
        ("finetune", ["finetune"]),
        ("predict", ["load_task", "predict_texts"]),
        ("tokenizers", ["load_tokenizer", "save_tokenizer", "train_wordpiece"]),
        ("look", ["attention_maps", "token_vectors"]),
        ("tasks", ["TASKS", "Task", "TaskSettings", "make_task"]),
        ("model", ["BertConfig", "BertModel"]),
        ("cli", ["main"]),
    ],
)
def test_the_module_paths_of_the_guides_stay(module, names):
    found = __import__(f"bert_min.{module}", fromlist=names)
    assert [name for name in names if not hasattr(found, name)] == []


def test_files_are_of_readable_length():
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in TREES}
    assert max(lengths.values()) <= 400
    tops = [path.name for path in TREES if path.parent.name == "bert_min"]
    assert sorted(tops) == sorted(f"{name}.py" for name in ("__init__", *LEVELS[0], *LEVELS[-2]))
