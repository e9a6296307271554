"""Build the Cython extension modules. Everything else about the project is in pyproject.toml."""

import glob
import os

import numpy
from Cython.Build import cythonize
from setuptools import Extension, setup

MODULES = [
    "subword._unicode",
    "subword._pipeline",
    "subword.added_tokens",
    "subword.normal_forms",
    "subword.string_edits",
    "subword.normalizers",
    "subword.cutting",
    "subword.pre_tokenizers",
    "subword.models.word_cache",
    "subword.models.merging",
    "subword.models._dropout",
    "subword.models.bpe",
    "subword.models._joints",
    "subword.models._byte_joints",
    "subword.models._trie",
    "subword.models.wordpiece",
    "subword._worker",
    "subword._places",
    "subword._chunks",
    "subword._sentences",
    "subword._encoder",
    "subword._memory",
    "subword._documents",
    "subword._output",
    "subword._rows",
    "subword._batches",
    "subword._quick_calls",
    "subword._pieces",
    "subword.trainers._table",
    "subword.trainers.word_counts",
    "subword.trainers._alphabet",
    "subword.trainers._segments",
    "subword.trainers._candidates",
    "subword.trainers.counting",
    "subword.trainers.bpe",
    "subword.trainers.wordpiece",
]

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
compile_args = MSVC if os.name == "nt" else ["-O3", "-g0", "-Wall", "-fno-math-errno"]
link_args: list[str] = []
macros = [("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")]
macros += [("CYTHON_TRACE_NOGIL", "1")] if TRACE else []
if SANITIZE != "0":
    compile_args = ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
    compile_args += ["-fno-omit-frame-pointer"]
    link_args = ["-fsanitize=address,undefined"]
    if SANITIZE == "fuzz":
        compile_args += ["-fsanitize-coverage=trace-pc"]


def sources(module: str) -> list[str]:
    """Return the .pyx file of a dotted module name."""
    return [module.replace(".", "/") + ".pyx"]


setup(
    ext_modules=cythonize(
        [
            Extension(
                module,
                sources(module),
                include_dirs=["subword/include", numpy.get_include()],
                depends=glob.glob("subword/include/*.h"),
                extra_compile_args=compile_args,
                extra_link_args=link_args,
                define_macros=macros,
            )
            for module in MODULES
            if os.path.exists(sources(module)[0])
        ],
        compiler_directives=DIRECTIVES,
        nthreads=2,
        force=TRACE or SANITIZE != "0" or DEBUG,
    )
)
