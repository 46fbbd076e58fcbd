"""Processor: its name and the instruction sets that decide which arithmetic is fast on it."""

from __future__ import annotations

import functools
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

MATRIX_FEATURES = (
    "avx2",
    "avx512f",
    "avx_vnni",
    "avx512_vnni",
    "avx512_bf16",
    "avx512_fp16",
    "amx_tile",
    "amx_int8",
    "amx_bf16",
    "amx_fp16",
    "asimd",
    "asimddp",
    "bf16",
    "i8mm",
    "sve",
    "sme",
)
"""Instruction sets for products of matrices, as Linux calls them in /proc/cpuinfo: those of x86-64, then of ARM."""
_CPUINFO = Path("/proc/cpuinfo")
_SYSCTL_NAME = "machdep.cpu.brand_string"
_SYSCTL_FEATURES = "hw.optional.arm.FEAT_BF16", "hw.optional.arm.FEAT_I8MM", "hw.optional.arm.FEAT_SME"
"""Keys of macOS's sysctl; the last part of a feature's key, in small letters, is Linux's name."""


@dataclass(frozen=True, slots=True)
class Processor:
    """A processor as the system describes it."""

    name: str
    """Such as "Intel(R) Xeon(R) Platinum 8481C"; the kind of machine where the system has no name."""
    features: frozenset[str]
    """All instruction sets, as Linux calls them: "avx2", "avx512_bf16", "amx_tile"; empty where they are unknown."""

    @property
    def matrix_features(self) -> tuple[str, ...]:
        """Those for products of matrices, in the order of MATRIX_FEATURES."""
        return tuple(name for name in MATRIX_FEATURES if name in self.features)

    def __str__(self) -> str:
        return f"{self.name} ({', '.join(self.matrix_features) or 'no matrix instructions known'})"


@functools.cache
def processor() -> Processor:
    """The processor of this machine; the first call takes some milliseconds."""
    if sys.platform == "linux":
        return parse_cpuinfo(_CPUINFO.read_text(encoding="utf-8", errors="replace"))
    if sys.platform == "darwin":
        return _of_macos()
    return Processor(_machine(), frozenset())


def parse_cpuinfo(text: str) -> Processor:
    """The processor that the text of Linux's /proc/cpuinfo describes, by its first core."""
    name, features = "", frozenset[str]()
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name" and not name:
            name = value.strip()
        elif key.strip() in ("flags", "Features") and not features:
            features = frozenset(value.split())
    return Processor(name or _machine(), features)


def _of_macos() -> Processor:
    features = (key.rpartition("FEAT_")[2].lower() for key in _SYSCTL_FEATURES if _sysctl(key) == "1")
    return Processor(_sysctl(_SYSCTL_NAME) or _machine(), frozenset(features))


def _sysctl(key: str) -> str:
    return subprocess.run(["sysctl", "-n", key], capture_output=True, text=True, check=False).stdout.strip()


def _machine() -> str:
    return platform.processor() or platform.machine() or "unknown processor"
