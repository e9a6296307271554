"""Settings that hold for every test, and the test modules that need more than the package needs."""

import os
from importlib.util import find_spec

from hypothesis import HealthCheck, settings

from subword.pre_tokenizers import use_simd

# No test needs a network: a name of the Hub is looked for in the cache alone.
os.environ.setdefault("HF_HUB_OFFLINE", "1")

# Time limits of single examples say more about the machine than about the code.
settings.register_profile("default", deadline=None)
# Under the sanitizers everything is many times slower, and so are the generators.
settings.register_profile(
    "sanitized", deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("sanitized" if os.environ.get("SUBWORD_SANITIZED") else "default")
# SUBWORD_SIMD=scalar or avx2 runs the tests as a machine without more would.
if os.environ.get("SUBWORD_SIMD"):
    use_simd(os.environ["SUBWORD_SIMD"])

# Packages that a test module imports; the module is left out where one of them is not installed, as
# on the other Pythons of .ci/run and in the builds of the wheels.
NEEDS = {
    "parity/test_tiktoken.py": ("tiktoken",),
    "subword/compat/test_tiktoken.py": ("tiktoken",),
    "subword/compat/test_transformers.py": ("torch", "transformers"),
    "subword/corpus/test_counting.py": ("pyarrow", "zstandard"),
    "subword/corpus/test_sources.py": ("pyarrow", "zstandard"),
    "subword/id_files/test_encode_job.py": ("pyarrow",),
    "subword/model_inputs/test_call.py": ("torch", "transformers"),
    "subword/model_inputs/test_fast_calls.py": ("torch",),
}
collect_ignore = [
    module for module, packages in NEEDS.items() if not all(find_spec(name) for name in packages)
]


def pytest_report_header() -> list[str]:
    """Say what is left out."""
    return [
        f"left out: {module}, which needs {' and '.join(NEEDS[module])}"
        for module in collect_ignore
    ]
