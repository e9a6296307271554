"""Compare the files of a wheel and of a source distribution with those of the repository.

    python tools/check_packages.py dist

The wheel has every module, stub, header and compiled extension of the packages; the source
distribution has every file of the folders below. The exit status is 1 if a file is missing.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

PACKAGES = ("subword", "bert_min")
FOLDERS = (*PACKAGES, "tests", "benchmarks", "tools", "docs")


def tracked(*folders: str) -> set[str]:
    """Return the files that git tracks in some folders."""
    done = subprocess.run(["git", "ls-files", *folders], check=True, capture_output=True, text=True)
    return set(done.stdout.splitlines())


def missing_in_wheel(path: Path) -> set[str]:
    """Return what a wheel lacks: files of the packages, an extension for each .pyx."""
    with zipfile.ZipFile(path) as wheel:
        held = set(wheel.namelist())
    extensions = {name.partition(".")[0] for name in held if name.endswith((".so", ".pyd"))}
    files = tracked(*PACKAGES)
    sources = {name for name in files if name.endswith(".pyx")}
    uncompiled = {name for name in sources if name.removesuffix(".pyx") not in extensions}
    return (files - sources - held) | uncompiled


def missing_in_sdist(path: Path) -> set[str]:
    """Return what a source distribution lacks."""
    with tarfile.open(path) as sdist:
        held = {str(PurePosixPath(*PurePosixPath(name).parts[1:])) for name in sdist.getnames()}
    return tracked(*FOLDERS) - held


def main() -> int:
    """Print what is missing in each file of a folder of distributions."""
    failed = False
    for path in sorted(Path(sys.argv[1]).iterdir()):
        missing = missing_in_wheel(path) if path.suffix == ".whl" else missing_in_sdist(path)
        print(f"{path.name}: {len(missing)} files are missing", *sorted(missing), sep="\n    ")
        failed |= bool(missing)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
