"""Probe for processors that multiply bfloat16 in hardware."""

from __future__ import annotations

import torch


def cpu_has_fast_bfloat16(*, only_tiles: bool = False) -> bool:
    """Whether this processor multiplies bfloat16 in hardware: in AMX tiles or, unless `only_tiles`, by AVX-512 BF16.

    False where torch has none of its private probes, whose names may change with its version.
    """
    names = ("_is_amx_tile_supported",) if only_tiles else ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
    probes = (getattr(torch.cpu, name, None) for name in names)
    return any(probe is not None and probe() for probe in probes)
