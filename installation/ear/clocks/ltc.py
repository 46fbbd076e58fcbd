"""Linear timecode: frames out of the sound of LTC, a bi-phase mark code of 80 bits a frame. SMPTE ST 12-1.

A bit is two halves. Its level always changes at its beginning, and once more in its middle when it is 1. The decoder
integrates the halves (a matched filter), keeps time by the changes that always come, and decides over sequences of bits
(Viterbi) instead of single ones, so that noise as loud as the signal costs few frames.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.ear.clocks.ltc_bits import BitDecider
from installation.interface.timecode import Label, is_label

SAMPLES = NDArray[np.float32]
BITS = 80
"""Bits in a frame; the last 16 are the sync word."""
SYNC_FORWARDS = 0b0011_1111_1111_1101
SYNC_BACKWARDS = 0b1011_1111_1111_1100
"""The sync word in the order in which its bits come when the tape runs backwards."""
FRAMES_A_SECOND = (11.0, 47.0)
"""Speeds that are found: half that of film, one and a half that of video."""
SEARCH_SAMPLES = 8_192
"""Samples in which the bits are searched for; a fifth of a second at 44.1 kHz."""
BLOCK_BITS = 40
"""Bits after which the timing is corrected."""
MIN_RMS = 1e-4
"""Below that the input is silent."""
MIN_SEARCH_QUALITY = 0.25
MIN_QUALITY = 0.3
"""Share of the signal that changes where bits begin, below which a block counts as bad; noise has 0, LTC nearly 1."""
MAX_BAD_BLOCKS = 4
"""Bad blocks in a row after which the bits are searched for anew."""
_PHASE_GAIN, _PERIOD_GAIN = 0.6, 0.15
_MASK = (1 << BITS) - 1


@dataclass(frozen=True, slots=True)
class LtcFrame:
    """A decoded frame."""

    sample: float
    """Index of the sample at which the label held, counted from the first that was pushed."""
    label: Label
    drop_frame: bool
    frames_a_second: float
    """As measured by the length of its bits."""
    direction: int
    """1 forwards, -1 backwards."""


# Eleven attributes: the samples to be decoded, the rhythm of the bits, and the newest bits.
class LtcDecoder:
    """Decodes blocks of samples of any length."""

    def __init__(self, sample_rate_hz: float) -> None:
        self._sample_rate_hz = sample_rate_hz
        self._samples = np.zeros(0, np.float32)
        """Samples that are not decoded yet."""
        self._first = 0
        """Index of its first sample."""
        self._searched = 0
        """Index up to which a search has found no bits."""
        self._half = 0.0
        """Samples in half a bit; 0 while no bits are found."""
        self._next = 0.0
        """Index of the sample at which the next bit begins."""
        self._bad_blocks = 0
        self._bits = BitDecider()
        self._register = 0
        """The newest 80 bits, the newest the lowest."""
        self._count = 0
        """How many bits the register holds."""
        self._starts: deque[float] = deque(maxlen=BITS)
        """The samples at which they begin."""

    @property
    def locked(self) -> bool:
        """Whether bits are found; a frame may still be missing."""
        return self._half > 0.0

    def push(self, samples: SAMPLES) -> list[LtcFrame]:
        """Take samples (n,), and return the frames that they complete."""
        frames: list[LtcFrame] = []
        finite = np.nan_to_num(np.asarray(samples, np.float32), nan=0.0, posinf=0.0, neginf=0.0)
        self._samples = np.concatenate((self._samples, finite))
        while self._step(frames):
            pass
        self._forget()
        return frames

    def _step(self, frames: list[LtcFrame]) -> bool:
        """Search for bits, or decode one block of them; False where more samples are needed."""
        end = self._first + len(self._samples)
        if not self.locked:
            if end - max(self._searched, self._first) < SEARCH_SAMPLES:
                return False
            begin = max(self._searched, self._first)
            self._search(self._samples[begin - self._first :][:SEARCH_SAMPLES], begin)
            if not self.locked:
                self._searched = begin + SEARCH_SAMPLES // 2
            return True
        if self._next + (2 * BLOCK_BITS + 3) * self._half > end:
            return False
        self._decode_block(frames)
        return True

    def _search(self, samples: SAMPLES, begin: int) -> None:
        """Find length and phase of the bits in samples: the rhythm in which the level changes."""
        if float(np.sqrt(np.mean(samples**2))) < MIN_RMS:
            return
        total = np.concatenate(([0.0], np.cumsum(samples - samples.mean(), dtype=np.float64)))
        window = np.hanning(len(samples))
        low, high = (self._sample_rate_hz / (2 * BITS * rate) for rate in reversed(FRAMES_A_SECOND))
        best, half = (MIN_SEARCH_QUALITY, 0.0, 0.0), low
        while half < high * 1.06:
            best = max(best, _rhythm(total, window, half))
            half *= 1.1
        _, self._half, phase = best
        if self.locked:
            self._next = begin + phase + 2 * self._half
            self._bad_blocks = self._count = 0
            self._bits = BitDecider()
            self._starts.clear()

    def _decode_block(self, frames: list[LtcFrame]) -> None:
        half, begin = self._half, self._next
        first = int(begin - 1.5 * half) - 1
        count = int((2 * BLOCK_BITS + 3) * half) + 3
        samples = self._samples[first - self._first :][:count]
        total = np.concatenate(([0.0], np.cumsum(samples - samples.mean(), dtype=np.float64)))
        halves = 0.5 * np.arange(-2, 4 * BLOCK_BITS + 3)
        level = np.interp(begin - first + halves * half, np.arange(len(total)), total)
        # `level` has the integral up to every quarter of a bit; entry 2 is that at the first bit's beginning.
        at = 2 + 4 * np.arange(BLOCK_BITS)
        before, after = level[at] - level[at - 2], level[at + 2] - level[at]
        middle = level[at + 1] - level[at - 1]
        energy = float(np.sum(before**2 + after**2)) / 2
        quality = float(-np.sum(before * after)) / energy if energy > 0 else 0.0
        first_halves, second_halves = after, level[at + 4] - level[at + 2]
        bits = self._bits.decide(
            first_halves.tolist(), second_halves.tolist(), (begin + 2 * half * np.arange(BLOCK_BITS)).tolist()
        )
        for start, bit in bits:
            self._shift(bit, start, frames)
        self._bad_blocks = self._bad_blocks + 1 if quality < MIN_QUALITY else 0
        change = after - before
        strength = float(np.mean(np.abs(change)))
        if self._bad_blocks >= MAX_BAD_BLOCKS or strength == 0.0:
            self._half, self._searched = 0.0, int(begin)
            return
        late = -half * middle * np.sign(change) / strength
        place = np.arange(BLOCK_BITS) - (BLOCK_BITS - 1) / 2
        slope = float(place @ late) / float(place @ place)
        self._next = begin + 2 * BLOCK_BITS * half + _PHASE_GAIN * (float(late.mean()) + 0.5 * BLOCK_BITS * slope)
        low, high = (self._sample_rate_hz / (2 * BITS * rate) for rate in reversed(FRAMES_A_SECOND))
        self._half = min(max(half + _PERIOD_GAIN * 0.5 * slope, low), high)

    def _shift(self, bit: int, start: float, frames: list[LtcFrame]) -> None:
        """Take a bit; append the frame that it completes."""
        self._register = (self._register << 1 | bit) & _MASK
        self._starts.append(start)
        self._count += 1
        if self._count < BITS:
            return
        if self._register & 0xFFFF == SYNC_FORWARDS:
            word, sample, direction = self._register, self._starts[0], 1
        elif self._register >> 64 == SYNC_BACKWARDS:
            word, sample, direction = int(f"{self._register:080b}"[::-1], 2), start + 2 * self._half, -1
        else:
            return
        label = _label(word)
        if is_label(label):
            rate = self._sample_rate_hz / (2 * BITS * self._half)
            frames.append(LtcFrame(sample, label, bool(_field(word, 10, 1)), rate, direction))

    def _forget(self) -> None:
        """Drop the samples that are no longer needed."""
        needed = self._next - 3 * self._half if self.locked else max(self._searched, self._first)
        drop = min(max(int(needed) - self._first, 0), len(self._samples))
        self._samples = self._samples[drop:]
        self._first += drop


def _rhythm(total: NDArray[np.float64], window: NDArray[np.float64], half: float) -> tuple[float, float, float]:
    """How strongly the level changes in the rhythm of bits of about twice `half` samples: strength 0..1, the exact half
    of a bit, and the sample of a beginning."""
    step = round(half)
    before = total[step:-step] - total[: -2 * step]
    after = total[2 * step :] - total[step:-step]
    changes = -before * after
    power = float(np.mean(before**2 + after**2)) / 2
    if power <= 0.0:
        return 0.0, half, 0.0
    weights = window[: len(changes)] if len(changes) == len(window) else np.hanning(len(changes))
    spectrum = np.fft.rfft((changes - changes.mean()) * weights, len(window))
    resolution = 1.0 / len(window)
    low, high = (int(1.0 / (2.0 * half * factor) / resolution) for factor in (1.06, 0.94))
    size = np.abs(spectrum[low : high + 2])
    peak = int(np.argmax(size[1:-1])) + 1 if len(size) > 2 else 0
    if peak == 0:
        return 0.0, half, 0.0
    left, top, right = size[peak - 1 : peak + 2].tolist()
    bend = left - 2 * top + right
    frequency = (low + peak + (0.5 * (left - right) / bend if bend else 0.0)) * resolution
    turn = np.exp(-2j * np.pi * frequency * np.arange(len(changes)))
    sum_at_frequency = complex(np.sum((changes - changes.mean()) * weights * turn))
    strength = 2.0 * abs(sum_at_frequency) / (float(weights.sum()) * power)
    exact = 0.5 / frequency
    phase = (-np.angle(sum_at_frequency) / (2 * np.pi * frequency)) % (2 * exact)
    # Entry 0 of `changes` lies `step` samples after the first one.
    return strength, exact, float(phase) + step


def _field(word: int, first: int, count: int) -> int:
    """A number of `count` bits that starts with bit `first` of a frame; its lowest bit comes first."""
    return sum((word >> (BITS - 1 - first - bit) & 1) << bit for bit in range(count))


def _label(word: int) -> Label:
    """Hours to frames of 80 bits; -1 in place of a digit above 9."""
    fields = ((48, 56, 2), (32, 40, 3), (16, 24, 3), (0, 8, 2))
    digits = [(_field(word, units, 4), _field(word, tens, count)) for units, tens, count in fields]
    hours, minutes, seconds, frames = (10 * tens + units if units <= 9 else -1 for units, tens in digits)
    return hours, minutes, seconds, frames
