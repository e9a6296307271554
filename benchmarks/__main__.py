"""List the benchmarks: the command of each and the first line of its docstring."""

import ast
from pathlib import Path

HERE = Path(__file__).parent


def scripts() -> dict[str, str]:
    """Return the dotted name of every script, with the first line of its docstring.

    A script is a module that can be run; the others hold what scripts share.
    """
    found = {}
    for path in sorted(HERE.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if 'if __name__ == "__main__":' in source and path.name != "__main__.py":
            name = ".".join(path.relative_to(HERE.parent).with_suffix("").parts)
            found[name] = (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]
    return found


def main() -> None:
    """Print the list."""
    for name, line in scripts().items():
        print(f"python -m {name:<32} {line}")


if __name__ == "__main__":
    main()
