"""Who may import whom: the layers of docs/architecture.md, read from the import statements."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
# From the ground up. A room imports from the levels below its own, and from itself.
LEVELS = (
    ("_core",),
    ("vocab", "_regex", "file_access"),
    ("normalizers", "pre_tokenizers", "models", "results", "reference"),
    ("processors", "decoders"),
    ("encode",),
    ("model_inputs", "formats", "id_files"),
    ("corpus",),
    ("trainers",),
    ("tokenizer",),
    ("training", "distributed", "compat"),
    ("cli", "demo"),
)
LEVEL_OF = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
CIMPORT = re.compile(r"^\s*from ([\w.]+) c?import (\([^)]*\)|[^#\n]*)", re.M)
# Lines of Cython that import; a docstring may begin with "from" too, but not so.
PLAIN = re.compile(r"^\s*c?import ([\w.]+)", re.M)

CYTHON_ATTRIBUTE = re.compile(r"(\w+)\.(_[a-z]\w*)")
CYTHON_DEFINITION = re.compile(r"^    (?:def|cp?def .*[ *]) ?(_[a-z]\w*)\b")
# Attributes of other libraries' objects, and those that compat.transformers sets on them.
OTHERS_ATTRIBUTES = {
    *("_replace", "_repr_html_", "_SubParsersAction"),
    *("_subword_changes", "_subword_twin", "_tokenizer"),
}


def sources(package):
    return sorted(
        path
        for suffix in ("*.py", "*.pyx", "*.pxd", "*.pyi")
        for path in (ROOT / package).rglob(suffix)
    )


def names_in(text):
    """The names of an import list."""
    bare = re.sub(r"#.*", "", text).strip().strip("()")
    return [part.split(" as ")[0].strip() for part in bare.split(",") if part.strip()]


def imports_of(path):
    """(module, name) pairs that a file imports; the name is "" for a module alone."""
    text = path.read_text(encoding="utf-8")
    if path.suffix in (".py", ".pyi"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                yield from ((alias.name, "") for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                yield from ((module, alias.name) for alias in node.names)
    else:
        for module, names in CIMPORT.findall(text):
            yield from ((module, name) for name in names_in(names))
        yield from ((module, "") for module in PLAIN.findall(text))


def is_module(dotted):
    path = ROOT.joinpath(*dotted.split("."))
    return path.is_dir() or any(path.with_suffix(s).exists() for s in (".py", ".pyx", ".pxd"))


def arrows(package):
    """(file, module imported, name) within a package, the name "" for a whole module."""
    for path in sources(package):
        for module, name in imports_of(path):
            if module.startswith("."):
                yield path, module, name
            elif module.split(".")[0] == package:
                if name and is_module(f"{module}.{name}"):
                    module, name = f"{module}.{name}", ""
                yield path, module, name


def room_of(dotted):
    """The room of subword.ROOM.module, None for the package itself."""
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 else None


def dotted_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


ARROWS = list(arrows("subword"))


def test_there_are_arrows_to_look_at():
    assert len(ARROWS) > 500


def test_every_room_has_a_level():
    rooms = {
        path.name.removesuffix(".py")
        for path in (ROOT / "subword").iterdir()
        if path.suffix == ".py" or (path.is_dir() and (path / "__init__.py").exists())
    }
    assert rooms - {"__init__", "__main__"} == set(LEVEL_OF)


def test_imports_run_downward():
    wrong = []
    for path, module, name in ARROWS:
        here, there = room_of(dotted_of(path)), room_of(module)
        if here in ("__init__", "__main__") or here == there or module.startswith("."):
            continue
        if there is None:  # the package's own face
            if name not in ("", "__version__"):
                wrong.append(f"{path.relative_to(ROOT)}: {module} {name}: by the package's face")
            continue
        if LEVEL_OF[there] >= LEVEL_OF[here]:
            wrong.append(f"{path.relative_to(ROOT)}: {module} {name}")
    assert wrong == []


def test_imports_are_absolute():
    assert [
        str(path.relative_to(ROOT)) for path, module, _ in ARROWS if module.startswith(".")
    ] == []


def test_what_begins_with_an_underscore_stays_in_its_room():
    wrong = []
    for path, module, name in ARROWS:
        here, there = room_of(dotted_of(path)), room_of(module)
        inner = [*module.split(".")[2:], name]
        if here != there and any(p.startswith("_") and not p.startswith("__") for p in inner):
            wrong.append(f"{path.relative_to(ROOT)}: {module} {name}")
    assert wrong == []


def private(name):
    return name.startswith("_") and not name.startswith("__")


def private_attributes(path):
    """(name, whether the file defines it, line) of each attribute with an underscore.

    One is defined by an assignment through self or cls, by a function, a class, a class variable or
    a slot of that name; it is used through any other object.
    """
    text = path.read_text(encoding="utf-8")
    if path.suffix not in (".py", ".pyi"):
        for line, code in enumerate(text.splitlines(), 1):
            is_import = code.lstrip().startswith(("from ", "cimport ", "import "))
            for owner, name in () if is_import else CYTHON_ATTRIBUTE.findall(code):
                yield name, owner in ("self", "cls"), line
            for name in CYTHON_DEFINITION.findall(code):
                yield name, True, line
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and private(node.attr):
            through_self = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            yield node.attr, through_self, node.lineno
        elif isinstance(node, ast.FunctionDef | ast.ClassDef) and private(node.name):
            yield node.name, True, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and private(node.id):
            yield node.id, True, node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and private(node.value):
            yield node.value, True, node.lineno  # a slot


def test_attributes_that_begin_with_an_underscore_stay_in_their_room():
    defined, used = set(), []
    for path in sources("subword"):
        here = room_of(dotted_of(path))
        for name, is_definition, line in private_attributes(path):
            if is_definition:
                defined.add((here, name))
            elif name not in OTHERS_ATTRIBUTES:
                used.append((here, name, f"{path.relative_to(ROOT)}:{line}: {name}"))
    assert len(used) > 20
    assert [where for here, name, where in used if (here, name) not in defined] == []


def test_no_module_imports_itself_through_others():
    """No circle of modules, not even one for types."""
    graph = {}
    for path, module, _ in ARROWS:
        here = dotted_of(path).removesuffix(".__init__")
        graph.setdefault(here, set()).add(module)
    done, wrong = set(), []

    def visit(module, trail):
        if module in trail:
            wrong.append([*trail[trail.index(module) :], module])
            return
        if module in done:
            return
        for other in sorted(graph.get(module, ())):
            if other != module:
                visit(other, [*trail, module])
        done.add(module)

    for module in sorted(graph):
        visit(module, [])
    assert wrong == []
