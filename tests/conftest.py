"""Settings that hold for every test."""

import os

from hypothesis import HealthCheck, settings

from subword.pre_tokenizers import use_simd

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
