"""Hunt for bytes that break a target, guided by what they reach (atheris, which is libFuzzer).

    make fuzz TARGET=encode SECONDS=600

builds the extension modules with AddressSanitizer, UndefinedBehaviorSanitizer and coverage in a
copy of the tree and calls this:

    python -m tests.fuzz.run encode --seconds 600 --corpus FOLDER

Python code is instrumented by atheris. What gcc's instrumentation counts is handed to libFuzzer
here, if `reached.c` is preloaded. Inputs that reach something new gather in the folder; one that
breaks the target is written beside it: fix it and keep it in tests/fuzz/findings/TARGET.
"""

from __future__ import annotations

import argparse
import ctypes
import sys
from pathlib import Path

import atheris

# Not the twins: what they reach says nothing, and their tables take minutes under a tracer.
TWINS = ["subword.reference", "subword.reference.stages", "subword._regex.parser"]
with atheris.instrument_imports(include=["subword"], exclude=TWINS):
    from tests.fuzz.targets import TARGETS

COUNTERS = 65536


def hand_over_counters() -> bool:
    """Register the counters of `reached.c` with libFuzzer, if they are there."""
    try:
        counters = (ctypes.c_uint8 * COUNTERS).in_dll(ctypes.CDLL(None), "subword_counters")
    except ValueError:
        return False
    places = (ctypes.c_uint64 * (2 * COUNTERS))(*range(1, 2 * COUNTERS + 1))
    fuzzer = ctypes.CDLL(str(next(Path(atheris.__file__).parent.glob("core_with_libfuzzer*.so"))))
    for function, table in (("8bit_counters", counters), ("pcs", places)):
        start = ctypes.addressof(table)
        init = getattr(fuzzer, f"__sanitizer_cov_{function}_init")
        init(ctypes.c_void_p(start), ctypes.c_void_p(start + ctypes.sizeof(table)))
    hand_over_counters.kept = places  # type: ignore[attr-defined]  # libFuzzer reads it to the end
    return True


def main() -> None:
    """Fuzz one target."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--longest", type=int, default=1024, help="bytes of an input")
    options = parser.parse_args()
    options.corpus.mkdir(parents=True, exist_ok=True)
    flags = [
        *(f"-max_total_time={options.seconds}", f"-max_len={options.longest}", "-timeout=60"),
        *("-rss_limit_mb=4096", "-print_final_stats=1", f"-artifact_prefix={options.corpus}-"),
    ]
    atheris.Setup([sys.argv[0], *flags, str(options.corpus)], TARGETS[options.target])
    print("extension modules:", "covered" if hand_over_counters() else "not covered", flush=True)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
