"""Noisy landmarks made calm without lag: what a body's landmarks do together is told from what noise does to each."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motion.landmarks import MIRRORED, PARENT_LANDMARKS, REST_LANDMARKS_M

Array = NDArray[np.floating]

MODES_FILE = Path(__file__).with_name("denoise.npz")
"""`modes` (99, K), unit vectors: the directions in which the 33 landmarks of a body that faces +Z accelerate together;
`powers` (K,) the spectral density of each one's acceleration and `rest` of all others', m²/s³. Eigenvectors of the mean
of both sides' covariance of second differences, CMU motions at 30 fps; see `motion.learning.denoise_fit`."""
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


ACROSS = np.zeros(33)
ACROSS[[11, 23]], ACROSS[[12, 24]] = 1.0, -1.0
"""By which landmarks are summed to the way from right to left, by hips and shoulders."""
EARLIER, LATER = np.array([0, 0, 1]), np.array([0, 1, 1])
"""Rows whose products a covariance shrinks by."""
NONE, NOBODY = np.zeros(33, bool), np.zeros(0, np.intp)
"""No landmark, as a mask and as indices."""


@cache
def load_modes() -> tuple[Array, Array, float]:
    """Modes, powers and rest of TABLE."""
    with np.load(MODES_FILE) as held:
        return held["modes"].astype(float), held["powers"].astype(float), float(held["rest"])


def visibility_weight(visibility: Array) -> Array:
    """How much a landmark counts, 0..1, by its visibility."""
    share = np.minimum(np.maximum((visibility - SEEN[0]) / (SEEN[1] - SEEN[0]), 0.0), 1.0)
    return share * share * (3.0 - 2.0 * share)


class LandmarkFilter:
    """A Kalman filter of constant velocity on the landmarks of one body in the room.

    The noise of all landmarks is taken to be alike, so that in the eigenvectors of the acceleration's covariance the
    filter falls apart into independent ones of two states (place and speed), each as calm as its mode is. A landmark
    that is not seen is expected where the others say. What goes out follows the estimate with a triple pole and its
    speed fed forward, so that it does not lag behind even movement.
    """

    _state: Array
    """(5, 33, 3) the estimate's place and speed, m and m/s; what goes out, its speed and acceleration."""
    _spread: Array
    """(4, K + 1) the estimate's covariance in each mode, and in any other: of place, of place and speed, of speed; and
    the power that makes it grow."""
    _debt: Array
    """(33, 3) what is added to what goes out, for landmarks that come back."""

    def __init__(self) -> None:
        self._modes, powers, rest = load_modes()
        self._powers = np.append(powers, rest)
        self._quiet = (powers < QUIET).astype(float)
        self._calm = float(self._quiet.sum()) + 99 - len(powers)
        """How many modes, and others, there are in which hardly anything ever happens."""
        self.size = 1.0
        """Of the body against the canonical one: where hidden landmarks hang."""
        self.noise = NOISE[1]
        """Metres RMS along each axis, as what is measured tells."""
        self._age = 0.0
        self._absent = 0.0
        self._swapped = 0.0
        self._hidden = np.zeros(33)
        self.hides = self._owes = False
        """Whether any landmark is hidden, and whether there is any debt."""
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

        `seen` (33,) says how much each counts, 0..1, as `visibility_weight` tells; what is not finite counts for nothing.
        """
        sample = landmarks_m
        if not float(np.maximum.reduce(np.abs(sample), axis=None)) < 1e3:  # what is no number neither
            sound = np.logical_and.reduce(np.abs(sample) < 1e3, axis=1)
            sample, seen = np.where(sound[:, None], sample, 0.0), np.where(sound, seen, 0.0)
        if self._fresh:
            return self._begin(sample, seen)
        if dt <= 0.0:
            return self._state[2] + self._debt
        self._predict(dt)
        miss = sample - self._state[0]
        far = np.vecdot(miss, miss)
        if self._exchanged(sample, seen, far, dt):
            sample, seen = sample[MIRRORED], seen[MIRRORED]
            miss = sample - self._state[0]
            far = np.vecdot(miss, miss)
        seen, strayed = self._believed(seen, miss, far, dt)
        if self._absent > LOST and float(np.add.reduce(seen)) + np.count_nonzero(strayed) >= 8.0:
            return self._begin(sample, np.where(strayed, 1.0, seen))
        self._correct(miss, seen, dt)
        if self.hides or float(np.minimum.reduce(seen)) <= 0.5:
            self._hidden = np.where(seen > 0.5, 0.0, self._hidden + dt)
            self.hides = bool(self._hidden.any())
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
            ease = self.size * REST_LANDMARKS_M @ turn
            place[~known] = (ease + (sample[known] - ease[known]).mean(axis=0))[~known]
        else:
            place = REST_LANDMARKS_M * self.size
        self._state = np.zeros((5, 33, 3))
        self._state[[0, 2]] = place
        self._spread = np.zeros((4, len(self._powers)))
        self._spread[0] = self.noise**2
        self._spread[2] = START[0] * self._powers + START[1]
        self._spread[3] = self._powers
        self._hidden = np.where(known, 0.0, HOLD)
        self._shown = 0.0
        self._debt = np.zeros((33, 3))
        self.hides, self._owes = not known.all(), False
        self._absent = 0.0
        self._fresh = not known.any()
        return place

    def _predict(self, dt: float) -> None:
        """Go on by `dt`."""
        place, speed = self._state[:2]
        keep = math.exp(-DAMPING * dt)
        go = (1.0 - keep) / DAMPING
        pace = float(np.vdot(speed, speed)) / 33.0
        lively = min(LIVELY, REST + pace / PACE**2)
        place += go * speed
        speed *= keep
        grows = np.array([
            [1.0, 2.0 * go, go * go, lively * dt**3 / 3.0],
            [0.0, keep, keep * go, lively * dt**2 / 2.0],
            [0.0, 0.0, keep * keep, lively * dt],
        ])  # fmt: skip
        self._spread[:3] = grows @ self._spread

    def _believed(self, seen: Array, miss: Array, far: Array, dt: float) -> tuple[Array, NDArray[np.bool_]]:
        """How much each landmark counts, of those that are where they can be; and which (33,) are not.

        `miss` (33, 3) is how far each is from where it was expected: nothing, any more, for one that comes back; `far`
        (33,) are the squares of it.
        """
        near = OUTLIER + 5.0 * self.noise
        strayed, few = NONE, float(np.add.reduce(seen)) < 4.0
        if float(np.maximum.reduce(far)) > near * near:
            strayed = (seen > 0.0) & (np.sqrt(far) > near + STRAY * (dt + self._hidden))
            seen = np.where(strayed, 0.0, seen)
            few = float(np.add.reduce(seen)) < 4.0 or 2 * int(strayed.sum()) > int((seen > 0.0).sum())
        self._absent = self._absent + dt if few else 0.0
        if self.hides and (back := (seen > 0.5) & (self._hidden > LOST)).any():
            # Where it was while it was hidden was a guess; from there it is led back.
            gone = np.where(back[:, None], miss, 0.0)
            if self._shown > LOST:
                self._debt -= gone
                self._state[2] += gone
                self._owes = True
            self._state[0] += gone
            self._state[1] = np.where(back[:, None], self._state[1, PARENT_LANDMARKS], self._state[1])
            miss -= gone
        return seen, strayed

    def _exchanged(self, sample: Array, seen: Array, far: Array, dt: float) -> bool:
        """Whether the look has taken left for right, as looks at backs do; `far` (33,) as in `_believed`."""
        apart = float(np.vecdot(seen * seen, far))
        if apart >= SWAPPED[0] ** 2 * float(np.add.reduce(seen)):
            other = sample[MIRRORED] - self._state[0]
            if float(np.vecdot(seen * seen, np.vecdot(other, other))) <= SWAPPED[1] * apart:
                self._swapped += dt
                return self._swapped < SWAPPED[2]
        self._swapped = 0.0
        return False

    def _correct(self, miss: Array, seen: Array, dt: float) -> None:
        """Take in what landmarks (33, 3) miss by."""
        spread = self._spread
        turn = _facing(ACROSS @ self._state[0])
        unseen = NOBODY
        if float(np.minimum.reduce(seen)) < 1.0:
            miss *= (seen > 0.0)[:, None]
            if np.count_nonzero(seen < 1.0) > 16:
                seen = np.round(seen)
            unseen = np.flatnonzero(seen < 1.0)
            if len(unseen) > 29:
                return
        miss = (miss @ turn.T).ravel()
        trust = 1.0 / (spread[0] + self.noise**2)
        if len(unseen):
            miss = self._guess(miss, seen, unseen, trust)
        modal = miss @ self._modes
        self._learn(miss, modal, trust, len(unseen), dt)
        gain = spread[:2] * trust
        rest = gain[:, -1:]
        # What the modes' gains, and last that of all the rest, make of what was missed by.
        change = rest * miss + ((gain[:, :-1] - rest) * modal) @ self._modes.T
        self._state[:2] += change.reshape(2, 33, 3) @ turn
        spread[:3] -= spread.take(LATER, 0) * gain.take(EARLIER, 0)

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
        count = self._calm * (1.0 - unseen / 33.0)
        if count < 10.0:
            return
        square = modal * modal
        spare = max(float(miss @ miss) - float(np.add.reduce(square)), 0.0) * float(trust[-1])
        ratio = (float(square @ (self._quiet * trust[:-1])) + spare) / count
        self._age += dt
        share = 1.0 - math.exp(-dt / min(self._age, LEARN))
        noise = self.noise**2 * (1.0 + share * (min(ratio, 4.0) - 1.0))
        self.noise = min(max(math.sqrt(noise), NOISE[0]), NOISE[2])

    def _hang(self, dt: float) -> None:
        """Lead what has long been hidden to where it hangs from the rest of the body."""
        gone = self._hidden > HOLD
        if gone.any():
            place, speed = self._state[:2]
            there = place[PARENT_LANDMARKS] + self.size * (
                REST_LANDMARKS_M - REST_LANDMARKS_M[PARENT_LANDMARKS]
            ) @ _facing(ACROSS @ place)
            share = (1.0 - math.exp(-dt / RELAX)) * gone[:, None]
            place += share * (there - place)
            speed -= share * (speed - speed[PARENT_LANDMARKS])

    def _follow(self, dt: float) -> Array:
        """The triple pole: the jerk that leads place, speed and acceleration to the estimate's."""
        self._shown += dt
        q = 1.0 - math.exp(-SMOOTH * dt) if self._shown >= SUDDEN else 1.0
        a, b, c = q**3, 3.0 * q**2 - 2.0 * q**3, 3.0 * q - 3.0 * q**2 + q**3
        # How much of the state makes the jerk over dt^2; then acceleration, speed and place go on one after the other.
        jerk = [-a / dt**2, (a - b) / dt, a / dt**2, b / dt, c]
        push = [-jerk[0], -jerk[1], -jerk[2], -jerk[3], 1.0 - jerk[4]]
        pace = [dt * push[0], dt * push[1], dt * push[2], 1.0 + dt * push[3], dt * push[4]]
        out = [dt * pace[0], dt * pace[1], 1.0 + dt * pace[2], dt * pace[3], dt * pace[4]]
        state = self._state.reshape(5, 99)
        state[2:] = np.array([out, pace, push]) @ state
        if not self._owes:
            return self._state[2].copy()
        self._debt *= math.exp(-dt / RETURN)
        return self._state[2] + self._debt


def _facing(across: Array) -> Array:
    """(3, 3) whose rows are the left, up and forward of a body whose left is `across`: a turn about Y."""
    x, _, z = across.tolist()
    length = math.hypot(x, z)
    x, z = (x / length, z / length) if length > 1e-6 else (1.0, 0.0)
    return np.array([[x, 0.0, z], [0.0, 1.0, 0.0], [-z, 0.0, x]])
