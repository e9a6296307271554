"""Every code point through every normalizer and pre-tokenizer, compared with the oracle.

    python -m benchmarks.parity.code_points [--step 1]

Each code point stands between a letter and a digit, and before a blank. Compared are the text or
the words that come out, and their offsets. The exit status is 1 if anything differs.
"""

import argparse
import sys
import time

from tests.helpers.code_points import differences, normalizers, pre_tokenizers


def main() -> int:
    """Print a line for each component."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--step", type=int, default=1, help="take each n-th code point only")
    options = parser.parse_args()
    failed = compared = 0
    for room, table in (("normalizer", normalizers()), ("pre_tokenizer", pre_tokenizers())):
        for name, config in table.items():
            start = time.perf_counter()
            wrong = differences(room, config, options.step)
            seconds = time.perf_counter() - start
            print(
                f"{room:<15}{name:<45}{len(wrong):>5} blocks differ {seconds:>7.1f} s", flush=True
            )
            for line in wrong[:3]:
                print("   ", line)
            failed += len(wrong)
            compared += 1
    print(f"{compared} components, {failed} differences")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
