"""Which types of numbers a processor can compute in."""

from __future__ import annotations

import torch


def check_dtype(device: torch.device, dtype: torch.dtype | None, quantize: str | None) -> None:
    """Raise ValueError, with the reason, for arithmetic this processor cannot do well."""
    if quantize not in (None, "int8"):
        raise ValueError(f"quantize must be None or 'int8', got {quantize!r}")
    if quantize and (device.type != "cpu" or dtype not in (None, torch.float32)):
        raise ValueError(
            f"quantize='int8' needs float32 weights on a CPU, got {dtype} on {device.type}"
        )
    if dtype not in (None, torch.float32, torch.float64, torch.bfloat16, torch.float16):
        raise ValueError(f"dtype must be a floating-point type of torch, got {dtype}")
    if device.type == "cpu" and dtype == torch.float16:
        raise ValueError("float16 is not computed by CPU kernels: it is far slower than float32")
    if device.type == "cpu" and dtype == torch.bfloat16 and not cpu_has_bfloat16():
        raise ValueError(
            "this CPU has neither AVX512-BF16 nor AMX: bfloat16 would be emulated, and be far "
            "slower than float32"
        )


def cpu_has_bfloat16() -> bool:
    """Whether the CPU multiplies bfloat16 matrices itself."""
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
