"""Exact products, as gcc's wide type makes them and as compilers without one do."""

import ctypes
import random
import shutil
import subprocess
from pathlib import Path

import pytest

import subword

INCLUDE = Path(subword.__file__).parent / "include"
SOURCE = """
#include "cpu/compare_products.h"
#include "text/find_bytes.h"
uint64_t product(uint64_t a, uint64_t b, uint64_t *high) { return multiply_64x64(a, b, high); }
int two(uint64_t a, uint64_t b, uint64_t c, uint64_t d) { return compare_two(a, b, c, d); }
int three(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
    return compare_three(a, b, c, d, e, f);
}
long find(const uint8_t *p, size_t size, const uint8_t *needle, size_t n, int *lacks) {
    const uint8_t *found = find_bytes(p, size, needle, n, lacks);
    return found ? found - p : -1;
}
"""


@pytest.fixture(scope="module", params=["", "-DSUBWORD_PORTABLE"])
def library(request, tmp_path_factory):
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler")
    folder = tmp_path_factory.mktemp("wide")
    (folder / "wide.c").write_text(SOURCE)
    command = [compiler, "-shared", "-fPIC", "-O2", "-Wall", "-Werror", f"-I{INCLUDE}", "wide.c"]
    flags = [request.param] if request.param else []
    subprocess.run([*command, *flags, "-o", "wide.so"], cwd=folder, check=True)
    return ctypes.CDLL(str(folder / "wide.so"))


def test_products(library):
    rng = random.Random(1)
    library.product.restype = ctypes.c_uint64
    u64 = ctypes.c_uint64
    for _ in range(5000):
        # Of all sizes, and often nearly equal.
        n = [rng.getrandbits(rng.choice((1, 8, 31, 32, 33, 63, 64))) for _ in range(6)]
        if rng.random() < 0.5:
            n[3:] = rng.sample(n[:3], 3)
            n[rng.randrange(6)] ^= rng.getrandbits(1)
        a, b, c, d, e, f = n
        high = u64()
        low = library.product(u64(a), u64(b), ctypes.byref(high))
        assert (high.value << 64) + low == a * b
        assert library.two(*map(u64, n[:4])) == (a * b > c * d) - (a * b < c * d)
        x, y = a * b * c, d * e * f
        assert library.three(*map(u64, n)) == (x > y) - (x < y), n


def test_the_first_place_of_bytes(library):
    rng = random.Random(2)
    library.find.restype = ctypes.c_long
    for _ in range(5000):
        data = bytes(rng.choices(b"ab", k=rng.randrange(12)))
        needle = bytes(rng.choices(b"ab", k=rng.randrange(1, 4)))
        size, n = ctypes.c_size_t(len(data)), ctypes.c_size_t(len(needle))
        lacks = ctypes.c_int()
        place = library.find(data, size, needle, n, ctypes.byref(lacks))
        assert place == data.find(needle)
        assert place < 0 or lacks.value == (needle[0] not in data[:place])
