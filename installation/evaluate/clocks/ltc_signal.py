"""LTC as samples: of our own making, and by libltc where the system has it."""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from installation.ear.clocks.ltc import BITS, SYNC_FORWARDS
from installation.interface.timecode import Label

_NAMES = ("libltc.so.11", "libltc.11.dylib")


def square_wave(labels: Sequence[Label], rate: float, sample_rate_hz: int) -> NDArray[np.float32]:
    """Samples (n,) of these frames, levels -1 and 1."""
    level, levels = 1, []
    for label in labels:
        for bit in _bits(label):
            level = -level
            levels.append(level)
            level = -level if bit else level
            levels.append(level)
    half = sample_rate_hz / (2 * BITS * rate)
    places = (np.arange(int(len(levels) * half)) / half).astype(int)
    samples: NDArray[np.float32] = np.array(levels, np.float32)[places]
    return samples


def _bits(label: Label) -> list[int]:
    bits = [0] * (BITS - 16) + [int(bit) for bit in f"{SYNC_FORWARDS:016b}"]
    for number, units, tens in zip(label, (48, 32, 16, 0), (56, 40, 24, 8), strict=True):
        for place in range(4):
            bits[units + place] = number % 10 >> place & 1
        for place in range(3 if tens != 56 and tens != 8 else 2):
            bits[tens + place] = number // 10 >> place & 1
    return bits


class _SmpteTime(ctypes.Structure):
    """SMPTETimecode of ltc.h."""

    _fields_ = (
        ("timezone", ctypes.c_char * 6),
        *((name, ctypes.c_ubyte) for name in ("years", "months", "days", "hours", "mins", "secs", "frame")),
    )


def libltc_wave(start: Label, count: int, rate: float, sample_rate_hz: int) -> NDArray[np.float32] | None:
    """Samples (n,) of `count` frames from `start` as libltc encodes them, -1..1; None where it is missing."""
    library = _load()
    if library is None:
        return None
    library.ltc_encoder_create.restype = ctypes.c_void_p
    library.ltc_encoder_create.argtypes = (ctypes.c_double, ctypes.c_double, ctypes.c_int, ctypes.c_int)
    encoder = ctypes.c_void_p(library.ltc_encoder_create(float(sample_rate_hz), rate, 1 if round(rate) == 25 else 0, 0))
    time = _SmpteTime(b"+0000", 0, 0, 0, *start)
    library.ltc_encoder_set_timecode(encoder, ctypes.byref(time))
    library.ltc_encoder_get_buffersize.restype = ctypes.c_size_t
    buffer = (ctypes.c_ubyte * int(library.ltc_encoder_get_buffersize(encoder)))()
    blocks = []
    for _ in range(count):
        library.ltc_encoder_encode_frame(encoder)
        filled = library.ltc_encoder_get_buffer(encoder, buffer)
        blocks.append(np.frombuffer(bytes(buffer), np.uint8, filled).astype(np.float32))
        library.ltc_encoder_inc_timecode(encoder)
    library.ltc_encoder_free(encoder)
    samples = (np.concatenate(blocks) - 128.0) / 128.0
    scaled: NDArray[np.float32] = (samples / max(float(np.max(np.abs(samples))), 1e-9)).astype(np.float32)
    return scaled


def _load() -> ctypes.CDLL | None:
    for name in (ctypes.util.find_library("ltc"), *_NAMES):
        try:
            if name:
                return ctypes.CDLL(name)
        except OSError:
            continue
    return None
