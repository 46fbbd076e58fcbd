"""The arithmetic of training: bfloat16 where the hardware multiplies it."""

from __future__ import annotations

import torch


def cpu_has_fast_bfloat16(*, only_tiles: bool = False) -> bool:
    """Whether this processor multiplies bfloat16 in hardware: in AMX tiles or, unless `only_tiles`, by AVX-512 BF16.

    False where torch has none of its private probes, whose names may change with its version.
    """
    names = ("_is_amx_tile_supported",) if only_tiles else ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
    probes = (getattr(torch.cpu, name, None) for name in names)
    return any(probe is not None and probe() for probe in probes)


def mixed_precision(device: torch.device) -> torch.autocast:
    """A context in which torch multiplies matrices in bfloat16 on `device`, where that is faster than float32.

    A processor without bfloat16 in hardware emulates it: a training step of the dancer took 36 s instead of 2.2 s on
    an AVX2 processor.
    """
    fast = device.type != "cpu" or cpu_has_fast_bfloat16()
    return torch.autocast(device.type, torch.bfloat16, enabled=fast)
