"""The memory of the process while calls of every kind are repeated.

    python -m benchmarks.leaks [--calls 1000000]

For each kind of call: the resident memory (RSS) after a tenth of the calls and after all, and the
Python objects that are left. The exit status is 1 if RSS grew by more than 4 MB in each of four
rounds, or if objects of more than 64 kB were left. tests/subword/test_leaks.py does the same with
few calls.
"""

import argparse
import sys
import time

from tests.helpers.leaks import kinds_of_call, watch


def main() -> int:
    """Print a line for each kind of call."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=1_000_000)
    options = parser.parse_args()
    print(f"{'call':<26}{'times':>9}{'RSS MB':>10}{'at end':>10}{'objects':>9}{'s':>8}")
    leaking = []
    for name, (divisor, call) in kinds_of_call().items():
        count, start = max(options.calls // divisor, 10), time.perf_counter()
        found = watch(call, count)
        print(
            f"{name:<26}{count:>9}{found.first / 1e6:>10.2f}{found.last / 1e6:>10.2f}"
            f"{found.objects:>9}{time.perf_counter() - start:>8.1f}",
            flush=True,
        )
        if found.leaks:
            leaking.append(name)
    print("leaking: " + ", ".join(leaking) if leaking else "nothing leaks")
    return int(bool(leaking))


if __name__ == "__main__":
    sys.exit(main())
