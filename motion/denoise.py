"""Noisy landmarks made calm without lag: what a body's landmarks do together is told from what noise does to each."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motion.landmarks import EASE, HANGS, SIDES
from motion.rotation import length

Array = NDArray[np.floating]

TABLE = Path(__file__).with_name("denoise.npz")
"""`modes` (99, K), unit vectors: the directions in which the 33 landmarks of a body that faces +Z accelerate together;
`powers` (K,) the spectral density of each one's acceleration and `rest` of all others', m²/s³. Eigenvectors of the mean
of both sides' covariance of second differences, CMU motions at 30 fps; see `motion.denoise_fit`."""
DAMPING = 2.5
"""1/s at which speeds die away where nothing is measured: bodies turn back sooner than they go on."""
REST, PACE, LIVELY = 0.3, 1.0, 32.0
"""Accelerations grow with speed: the table's are multiplied with REST at rest, with one more at an RMS speed of the
landmarks of PACE m/s and so on with its square, and with LIVELY at most."""
NOISE = (0.008, 0.01, 0.03)
"""Metres of noise along each axis: the least, the first guess, the most."""
LEARN = 1.0
"""Seconds over which the noise is learned."""
QUIET = 0.05
"""m²/s³ under which a mode moves so little that what is measured there is noise."""
START = 1.0, 0.05
"""Variance of a mode's speed before anything is known, in m²/s²: its power times so many seconds, and so much more."""
SMOOTH = 50.0
"""1/s of the triple pole through which the estimate goes out: it halves the jerk and costs half a degree."""
SUDDEN = 0.05
"""Seconds from the start in which what goes out is the estimate itself."""
OUTLIER, STRAY = 0.4, 3.0
"""Metres that a landmark may be from where it was expected, beside five times the noise; and this much more for each
second for which it was not seen."""
SWAPPED = 0.12, 0.4, 1.0
"""Left and right are taken for each other where landmarks are so many metres RMS from where they should be, and of the
square of that only so much is left once they are exchanged; after so many seconds it is believed to be so."""
LOST = 0.15
"""Seconds for which most of a body may be missing or far from where it is expected; then it begins anew."""
HOLD, RELAX = 0.35, 0.35
"""Seconds for which a hidden landmark stays, and over which it then goes to where it hangs."""
RETURN = 0.12
"""Seconds within which a landmark that is seen again comes back from where it was thought to be."""
SEEN = (0.2, 0.5)
"""Visibility up to which a landmark counts for nothing, and from which it counts fully."""


@cache
def table() -> tuple[Array, Array, float]:
    """Modes, powers and rest of TABLE."""
    with np.load(TABLE) as held:
        return held["modes"].astype(float), held["powers"].astype(float), float(held["rest"])


def weight(visibility: Array) -> Array:
    """How much a landmark counts, 0..1, by its visibility."""
    share = np.minimum(np.maximum((visibility - SEEN[0]) / (SEEN[1] - SEEN[0]), 0.0), 1.0)
    return share * share * (3.0 - 2.0 * share)


def _apart(seen: Array, miss: Array) -> float:
    """The sum of squares of what landmarks (33, 3) miss by, each as it is seen (33,)."""
    return float(np.vecdot(seen * seen, np.vecdot(miss, miss)))


class Denoise:
    """A Kalman filter of constant velocity on the landmarks of one body in the room.

    The noise of all landmarks is taken to be alike, so that in the eigenvectors of the acceleration's covariance the
    filter falls apart into independent ones of two states (place and speed), each as calm as its mode is. A landmark
    that is not seen is expected where the others say. What goes out follows the estimate with a triple pole and its
    speed fed forward, so that it does not lag behind even movement.
    """

    _place: Array
    _speed: Array
    """(33, 3) the estimate, m and m/s."""
    _var: Array
    _cov: Array
    _rate: Array
    """(K + 1,) its covariance in each mode, and in any other: of place, of place and speed, of speed."""
    _out: Array
    _pace: Array
    _push: Array
    """(33, 3) what goes out, its speed and acceleration."""
    _debt: Array
    """(33, 3) what is added to it, for landmarks that come back."""

    def __init__(self) -> None:
        self._modes, powers, rest = table()
        self._powers = np.append(powers, rest)
        self._quiet = self._powers < QUIET
        self._spare = 99 - len(powers)
        self.size = 1.0
        """Of the body against the canonical one: where hidden landmarks hang."""
        self.noise = NOISE[1]
        """Metres RMS along each axis, as what is measured tells."""
        self._age = 0.0
        self._absent = 0.0
        self._swapped = 0.0
        self._hidden = np.zeros(33)
        self._fresh = True
        self._begin(np.zeros((33, 3)), np.zeros(33))

    @property
    def error(self) -> float:
        """Metres along each axis by which a landmark that goes out is usually off."""
        return 0.6 * self.noise

    @property
    def hidden(self) -> Array:
        """(33,) seconds for which each landmark has not been seen."""
        return self._hidden

    def step(self, landmarks_m: Array, seen: Array, dt: float) -> Array:
        """(33, 3) calm landmarks for new ones (33, 3), `dt` seconds after the last.

        `seen` (33,) says how much each counts, 0..1, as `weight` tells; what is not finite counts for nothing.
        """
        sound = np.logical_and.reduce(np.abs(landmarks_m) < 1e3, axis=1)  # what is no number neither
        seen = np.where(sound, seen, 0.0)
        sample = np.where(sound[:, None], landmarks_m, 0.0)
        if self._fresh:
            return self._begin(sample, seen)
        if dt <= 0.0:
            return self._out + self._debt
        self._predict(dt)
        sample, seen = self._sorted(sample, seen, dt)
        miss = length(sample - self._place)[:, 0]
        far = (seen > 0.0) & (miss > OUTLIER + 5.0 * self.noise + STRAY * (dt + self._hidden))
        seen = np.where(far, 0.0, seen)
        few = float(seen.sum()) < 4.0 or 2 * int(far.sum()) > int((seen > 0.0).sum())
        self._absent = self._absent + dt if few else 0.0
        back = (seen > 0.5) & (self._hidden > LOST)
        if back.any():
            # Where it was while it was hidden was a guess; from there it is led back.
            guessed = np.where(back[:, None] & (self._shown > LOST), self._place - sample, 0.0)
            self._debt += guessed
            self._out = self._out - guessed
            self._place = np.where(back[:, None], sample, self._place)
            self._speed = np.where(back[:, None], self._speed[HANGS], self._speed)
        if self._absent > LOST and (seen + far).sum() >= 8.0:
            return self._begin(sample, np.where(far, 1.0, seen))
        self._correct(sample, seen, dt)
        self._hidden = np.where(seen > 0.5, 0.0, self._hidden + dt)
        self._hang(dt)
        return self._follow(dt)

    def _begin(self, sample: Array, seen: Array) -> Array:
        """Start from one look."""
        known = seen > 0.5
        if known.sum() < 4:
            known = np.zeros(33, bool)
        place = sample.copy()
        if known.any():
            # Whatever is not seen stands beside what is, as in a body that faces the way of its shoulders or hips.
            pairs = [pair for pair in ([11, 12], [23, 24], [7, 8]) if known[pair].all()]
            turn = _facing(sum((sample[a] - sample[b] for a, b in pairs), np.zeros(3)))
            ease = self.size * EASE @ turn
            place[~known] = (ease + (sample[known] - ease[known]).mean(axis=0))[~known]
        else:
            place = EASE * self.size
        self._place = place
        self._speed: Array = np.zeros((33, 3))
        self._out, self._pace, self._push = place.copy(), np.zeros((33, 3)), np.zeros((33, 3))
        self._var = np.full(len(self._powers), self.noise**2)
        self._cov = np.zeros(len(self._powers))
        self._rate = START[0] * self._powers + START[1]
        self._hidden = np.where(known, 0.0, HOLD)
        self._shown = 0.0
        self._debt = np.zeros((33, 3))
        self._absent = 0.0
        self._fresh = not known.any()
        return self._out

    def _predict(self, dt: float) -> None:
        """Go on by `dt`."""
        keep = math.exp(-DAMPING * dt)
        go = (1.0 - keep) / DAMPING
        pace = float(np.einsum("ij,ij->", self._speed, self._speed)) / 33.0
        lively = min(LIVELY, REST + pace / PACE**2)
        power = lively * self._powers
        self._place = self._place + go * self._speed
        self._speed = keep * self._speed
        self._var = self._var + 2.0 * go * self._cov + go * go * self._rate + power * (dt**3 / 3.0)
        self._cov = keep * (self._cov + go * self._rate) + power * (dt * dt / 2.0)
        self._rate = keep * keep * self._rate + power * dt

    def _sorted(self, sample: Array, seen: Array, dt: float) -> tuple[Array, Array]:
        """The look, with left and right exchanged where it has taken one for the other, as looks at backs do."""
        apart = _apart(seen, sample - self._place)
        far = apart >= SWAPPED[0] ** 2 * float(np.add.reduce(seen))
        if not far or _apart(seen, sample[SIDES] - self._place) > SWAPPED[1] * apart:
            self._swapped = 0.0
            return sample, seen
        self._swapped += dt
        return (sample[SIDES], seen[SIDES]) if self._swapped < SWAPPED[2] else (sample, seen)

    def _correct(self, sample: Array, seen: Array, dt: float) -> None:
        turn = _facing(_across(self._place))
        miss: Array = ((sample - self._place) * (seen > 0.0)[:, None] @ turn.T).ravel()
        trust = 1.0 / (self._var + self.noise**2)
        if (seen < 1.0).sum() > 16:
            seen = np.round(seen)
        unseen = np.flatnonzero(seen < 1.0)
        if len(unseen) > 29:
            return
        if len(unseen):
            miss = self._guess(miss, seen, unseen, trust)
        modal = miss @ self._modes
        self._learn(miss, modal, trust, len(unseen), dt)
        self._place = self._place + self._change(miss, modal, self._var * trust) @ turn
        self._speed = self._speed + self._change(miss, modal, self._cov * trust) @ turn
        self._rate = self._rate - self._cov * self._cov * trust
        self._cov = self._cov * (1.0 - self._var * trust)
        self._var = self._var * (1.0 - self._var * trust)

    def _change(self, miss: Array, modal: Array, gain: Array) -> Array:
        """(33, 3) what the modes' gains, and last that of all the rest, make of what was missed by."""
        return (gain[-1] * miss + self._modes @ ((gain[:-1] - gain[-1]) * modal)).reshape(33, 3)

    def _guess(self, miss: Array, seen: Array, unseen: NDArray[np.intp], trust: Array) -> Array:
        """What the landmarks that are hardly seen would miss by, given the others: a Gaussian's conditional mean."""
        rows = (3 * unseen[:, None] + np.arange(3)).ravel()
        part = self._modes[rows]
        scaled = part * (trust[:-1] - trust[-1])
        share = np.repeat(seen[unseen], 3)
        others = miss.copy()
        others[rows] = 0.0
        square = scaled @ part.T
        square[np.diag_indices(len(rows))] += trust[-1]
        miss = miss.copy()
        told = -np.linalg.solve(square, scaled @ (others @ self._modes))
        miss[rows] = share * miss[rows] + (1.0 - share) * told
        return miss

    def _learn(self, miss: Array, modal: Array, trust: Array, unseen: int, dt: float) -> None:
        """The noise, from the modes in which hardly anything ever happens."""
        quiet = self._quiet[:-1]
        spare = max(float(miss @ miss - modal @ modal), 0.0) * trust[-1]
        count = (int(quiet.sum()) + self._spare) * (1.0 - unseen / 33.0)
        if count < 10.0:
            return
        ratio = (float((modal[quiet] ** 2) @ trust[:-1][quiet]) + spare) / count
        self._age += dt
        share = 1.0 - math.exp(-dt / min(self._age, LEARN))
        noise = self.noise**2 * (1.0 + share * (min(ratio, 4.0) - 1.0))
        self.noise = min(max(math.sqrt(noise), NOISE[0]), NOISE[2])

    def _hang(self, dt: float) -> None:
        """Lead what has long been hidden to where it hangs from the rest of the body."""
        gone = self._hidden > HOLD
        if gone.any():
            there = self._place[HANGS] + self.size * (EASE - EASE[HANGS]) @ _facing(_across(self._place))
            share = (1.0 - np.exp(-dt / RELAX)) * gone[:, None]
            self._place += share * (there - self._place)
            self._speed -= share * (self._speed - self._speed[HANGS])

    def _follow(self, dt: float) -> Array:
        """The triple pole: the jerk that leads place, speed and acceleration to the estimate's."""
        q = 1.0 - float(np.exp(-SMOOTH * dt))
        self._shown += dt
        if self._shown < SUDDEN:
            q = 1.0
        late = self._out - self._place + dt * self._speed
        slow = dt * (self._pace - self._speed)
        jerk = q**3 * late + (3.0 * q**2 - 2.0 * q**3) * slow + (3.0 * q - 3.0 * q**2 + q**3) * dt**2 * self._push
        self._push = self._push - jerk / dt**2
        self._pace = self._pace + dt * self._push
        self._out = self._out + dt * self._pace
        self._debt *= np.exp(-dt / RETURN)
        return self._out + self._debt


def _across(points: Array) -> Array:
    """(3,) from right to left, by hips and shoulders."""
    return np.asarray(points[11] - points[12] + points[23] - points[24])


def _facing(across: Array) -> Array:
    """(3, 3) whose rows are the left, up and forward of a body whose left is `across`: a turn about Y."""
    x, z = float(across[0]), float(across[2])
    length = float(np.hypot(x, z))
    x, z = (x / length, z / length) if length > 1e-6 else (1.0, 0.0)
    return np.array([[x, 0.0, z], [0.0, 1.0, 0.0], [-z, 0.0, x]])
