"""Scripts that measure and compare; run them as ``python -m benchmarks.NAME``."""
