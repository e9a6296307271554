"""Build the Cython extension modules. Everything else about the project is in pyproject.toml."""

import os
from pathlib import Path

import numpy
from Cython.Build import cythonize
from setuptools import Extension, setup

# Switches for developers: each one changes the generated C, so cythonize must start afresh.
TRACE = os.environ.get("SUBWORD_TRACE") == "1"  # line tracing, for coverage
# AddressSanitizer and UndefinedBehaviorSanitizer; with "fuzz", tell the fuzzer what was reached.
SANITIZE = os.environ.get("SUBWORD_SANITIZE", "0")
DEBUG = os.environ.get("SUBWORD_DEBUG") == "1"  # bounds checks

DIRECTIVES = {
    "language_level": 3,
    "freethreading_compatible": True,
    "boundscheck": DEBUG,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
    "auto_pickle": False,
    "autotestdict": False,
    "linetrace": TRACE,
}

# MSVC knows other flags than gcc and clang; the headers keep to C11 and ask for no builtins there.
MSVC = ["/O2", "/std:c11", "/utf-8"]
# A build that nobody will measure takes less time at a lower level.
LEVEL = os.environ.get("SUBWORD_OPTIMIZATION", "3")
compile_args = MSVC if os.name == "nt" else [f"-O{LEVEL}", "-g0", "-Wall", "-fno-math-errno"]
link_args: list[str] = []
macros = [("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")]
macros += [("CYTHON_TRACE_NOGIL", "1")] if TRACE else []
if SANITIZE != "0":
    compile_args = ["-O1", "-g1", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
    compile_args += ["-fno-omit-frame-pointer"]
    link_args = ["-fsanitize=address,undefined"]
    if SANITIZE == "fuzz":
        compile_args += ["-fsanitize-coverage=trace-pc"]

# Every .pyx is a module. The largest first, so that the cores finish together.
SOURCES = sorted(Path("subword").rglob("*.pyx"), key=lambda path: -path.stat().st_size)
HEADERS = [path.as_posix() for path in Path("subword/include").rglob("*.h")]
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

MODULES = [
    Extension(
        ".".join(path.with_suffix("").parts),
        [path.as_posix()],
        include_dirs=["subword/include", numpy.get_include()],
        depends=HEADERS,
        extra_compile_args=compile_args,
        extra_link_args=link_args,
        define_macros=macros,
    )
    for path in SOURCES
]
# Cython writes this one itself: its memory views and its type of functions, which every module that
# needs them would otherwise hold (a quarter of the time of the build).
SHARED = Extension(
    "subword._core._cython_shared",
    ["subword/_core/_cython_shared.c"],
    extra_compile_args=compile_args,
    extra_link_args=link_args,
    define_macros=macros,
)

setup(
    ext_modules=cythonize(
        [SHARED, *MODULES],
        shared_utility_qualified_name=SHARED.name,
        compiler_directives=DIRECTIVES,
        nthreads=CORES,
        force=TRACE or DEBUG,
    ),
    options={"build_ext": {"parallel": CORES, "force": SANITIZE != "0"}},
)
