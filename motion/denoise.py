"""Denoises landmarks without lag: a Kalman filter in the modes in which the landmarks of a body accelerate together."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motion.landmarks import MIRRORED, PARENT_LANDMARKS, REST_LANDMARKS_M
from motion.smooth import blend_factor

Array = NDArray[np.floating]

MODES_FILE = Path(__file__).with_name("denoise.npz")
"""`modes` (99, K), unit vectors: the directions in which the 33 landmarks of a body that faces +Z accelerate together;
`powers` (K,) the spectral density of the acceleration in each and `rest` in all other directions, m²/s³. Eigenvectors
of the covariance of second differences, averaged over both sides, of CMU motions at 30 fps; see
`motion.learning.denoise_fit`."""
DAMPING = 2.5
"""Decay rate of the predicted velocity, 1/s: bodies turn back sooner than they go on."""
REST_POWER = 0.3
"""Factor of the table's powers for a body at rest: accelerations grow with speed."""
DOUBLING_SPEED = 1.0
"""RMS speed of the landmarks in m/s at which 1 is added to that factor; it grows with the square of the speed."""
MAX_POWER = 32.0
"""Largest factor of the table's powers."""
MIN_NOISE_M = 0.008
"""Least noise along each axis."""
INITIAL_NOISE_M = 0.01
"""First guess of the noise."""
MAX_NOISE_M = 0.03
"""Largest noise."""
NOISE_S = 1.0
"""Time constant with which the noise is estimated."""
QUIET_POWER = 0.05
"""m²/s³ below which a mode moves so little that its residual is noise."""
INITIAL_SPEED_S = 1.0
"""Initial variance of a mode's speed: its power times so many seconds, plus INITIAL_SPEED_VARIANCE."""
INITIAL_SPEED_VARIANCE = 0.05
"""m²/s²"""
OUTPUT_RATE = 50.0
"""1/s: the triple pole through which the estimate is put out; it halves the jerk and costs half a degree."""
UNSMOOTHED_S = 0.05
"""Time from the start in which the output is the estimate itself."""
OUTLIER_M = 0.4
"""Distance from its prediction at which a landmark is an outlier, beside five times the noise."""
OUTLIER_SPEED = 3.0
"""m/s that are added to that distance for the time in which the landmark was not seen."""
SWAP_ERROR_M = 0.12
"""RMS distance of the landmarks from their predictions from which left and right may be swapped."""
SWAP_GAIN = 0.4
"""Left and right are swapped if exchanging them leaves at most this share of the squared distance."""
MAX_SWAP_S = 1.0
"""Time after which a swap is taken for a real turn of the body."""
LOST_S = 0.15
"""Time for which most of a body may be missing or an outlier before the filter starts anew."""
HOLD_S = 0.35
"""Time for which a hidden landmark stays in place."""
RELAX_S = 0.35
"""Time constant with which a hidden landmark then goes to where it hangs."""
RETURN_S = 0.12
"""Time constant with which a landmark that is seen again goes from its guessed to its measured place."""
MIN_VISIBILITY = 0.2
"""Visibility up to which a landmark has no weight."""
FULL_VISIBILITY = 0.5
"""Visibility from which a landmark has full weight."""

ACROSS = np.zeros(33)
"""Weights of landmarks whose sum points from right to left, by hips and shoulders."""
ACROSS[[11, 23]], ACROSS[[12, 24]] = 1.0, -1.0
# Rows of gain and covariance whose products reduce the covariance.
_GAIN_ROWS, _COVARIANCE_ROWS = np.array([0, 0, 1]), np.array([0, 1, 1])
_NO_MASK, _NO_INDICES = np.zeros(33, bool), np.zeros(0, np.intp)


@cache
def load_modes() -> tuple[Array, Array, float]:
    """Modes, powers and rest of MODES_FILE."""
    with np.load(MODES_FILE) as table:
        return table["modes"].astype(float), table["powers"].astype(float), float(table["rest"])


def visibility_weight(visibility: Array) -> Array:
    """The weight of a landmark, 0..1, for its visibility."""
    share = np.minimum(np.maximum((visibility - MIN_VISIBILITY) / (FULL_VISIBILITY - MIN_VISIBILITY), 0.0), 1.0)
    weight: Array = share * share * (3.0 - 2.0 * share)
    return weight


class _NoiseEstimate:
    """The noise of the measurements, estimated from the modes in which bodies hardly move."""

    def __init__(self, powers: Array) -> None:
        self.noise_m = INITIAL_NOISE_M
        """RMS along each axis."""
        self._quiet = (powers < QUIET_POWER).astype(float)
        self._quiet_count = float(self._quiet.sum()) + 99 - len(powers)
        """How many directions there are in which bodies hardly move."""
        self._age_s = 0.0

    def update(self, residual: Array, modal: Array, precision: Array, unseen: int, dt: float) -> None:
        """Learn from a residual (99,), its projection on the modes (K,) and their precision (K + 1,)."""
        count = self._quiet_count * (1.0 - unseen / 33.0)
        if count < 10.0:
            return
        square = modal * modal
        other = max(float(residual @ residual) - float(np.add.reduce(square)), 0.0) * float(precision[-1])
        ratio = (float(square @ (self._quiet * precision[:-1])) + other) / count
        self._age_s += dt
        share = blend_factor(min(self._age_s, NOISE_S), dt)
        variance = self.noise_m**2 * (1.0 + share * (min(ratio, 4.0) - 1.0))
        self.noise_m = min(max(math.sqrt(variance), MIN_NOISE_M), MAX_NOISE_M)


class _SwapDetector:
    """Detects detections that take left for right, as those of backs often do."""

    def __init__(self) -> None:
        self._swapped_s = 0.0

    def is_swapped(self, sample: Array, predicted: Array, seen: Array, squared_errors: Array, dt: float) -> bool:
        """Whether left and right of a sample (33, 3) are swapped; `squared_errors` (33,) from the prediction."""
        error = float(np.vecdot(seen * seen, squared_errors))
        if error >= SWAP_ERROR_M**2 * float(np.add.reduce(seen)):
            other = sample[MIRRORED] - predicted
            if float(np.vecdot(seen * seen, np.vecdot(other, other))) <= SWAP_GAIN * error:
                self._swapped_s += dt
                return self._swapped_s < MAX_SWAP_S
        self._swapped_s = 0.0
        return False


class LandmarkFilter:
    """A Kalman filter of constant velocity on the landmarks of one body in the room.

    All landmarks are taken to have the same noise, so that in the eigenvectors of the acceleration's covariance the
    filter separates into independent ones of two states (position and velocity), each as smooth as its mode is. A
    landmark that is not seen is inferred from the others. The output follows the estimate through a triple pole with
    its velocity fed forward, so that it does not lag behind even movement.
    """

    _state: Array
    """(5, 33, 3) position and velocity of the estimate; position, velocity, acceleration of the output; metres, s."""
    _covariance: Array
    """(4, K + 1) of the estimate in each mode, and in any other direction: of position, of position and velocity, of
    velocity; and the power by which it grows."""
    _return_offset: Array
    """(33, 3) added to the output, for landmarks that are seen again."""

    def __init__(self) -> None:
        self._modes, powers, rest = load_modes()
        self._powers = np.append(powers, rest)
        self._noise = _NoiseEstimate(powers)
        self._swaps = _SwapDetector()
        self.size = 1.0
        """Of the body relative to the canonical one: for where hidden landmarks hang."""
        self.hidden_s = np.zeros(33)
        """How long each landmark has not been seen."""
        self.any_hidden = False
        self._has_return_offset = False
        self._absent_s = 0.0
        self._fresh = True
        self._begin(np.zeros((33, 3)), np.zeros(33))

    @property
    def noise_m(self) -> float:
        """Estimated RMS noise of the measurements along each axis."""
        return self._noise.noise_m

    @property
    def error_m(self) -> float:
        """Usual error of the output along each axis."""
        return 0.6 * self._noise.noise_m

    def step(self, landmarks_m: Array, seen: Array, dt: float) -> Array:
        """Filtered landmarks (33, 3) after new ones (33, 3), `dt` seconds after the last ones.

        `seen` (33,) 0..1 are weights as `visibility_weight` gives them; what is not finite has no weight.
        """
        sample = landmarks_m
        if not float(np.maximum.reduce(np.abs(sample), axis=None)) < 1e3:  # true for NaN, too
            sound = np.logical_and.reduce(np.abs(sample) < 1e3, axis=1)
            sample, seen = np.where(sound[:, None], sample, 0.0), np.where(sound, seen, 0.0)
        if self._fresh:
            return self._begin(sample, seen)
        if dt <= 0.0:
            joined: Array = self._state[2] + self._return_offset
            return joined
        self._predict(dt)
        residual = sample - self._state[0]
        squared = np.vecdot(residual, residual)
        if self._swaps.is_swapped(sample, self._state[0], seen, squared, dt):
            sample, seen = sample[MIRRORED], seen[MIRRORED]
            residual = sample - self._state[0]
            squared = np.vecdot(residual, residual)
        seen, outliers = self._reject_outliers(seen, residual, squared, dt)
        if self._absent_s > LOST_S and float(np.add.reduce(seen)) + np.count_nonzero(outliers) >= 8.0:
            return self._begin(sample, np.where(outliers, 1.0, seen))
        self._correct(residual, seen, dt)
        if self.any_hidden or float(np.minimum.reduce(seen)) <= 0.5:
            self.hidden_s = np.where(seen > 0.5, 0.0, self.hidden_s + dt)
            self.any_hidden = bool(self.hidden_s.any())
            self._relax_hidden(dt)
        return self._put_out(dt)

    def _begin(self, sample: Array, seen: Array) -> Array:
        """Start from one detection."""
        known = seen > 0.5
        if known.sum() < 4:
            known = np.zeros(33, bool)
        place = sample.copy()
        if known.any():
            # Landmarks that are not seen are placed as on a body at rest that faces the way of its shoulders or hips.
            pairs = [pair for pair in ([11, 12], [23, 24], [7, 8]) if known[pair].all()]
            turn = _facing(sum((sample[a] - sample[b] for a, b in pairs), np.zeros(3)))
            rest = self.size * REST_LANDMARKS_M @ turn
            place[~known] = (rest + (sample[known] - rest[known]).mean(axis=0))[~known]
        else:
            place = REST_LANDMARKS_M * self.size
        self._state = np.zeros((5, 33, 3))
        self._state[[0, 2]] = place
        self._covariance = np.zeros((4, len(self._powers)))
        self._covariance[0] = self.noise_m**2
        self._covariance[2] = INITIAL_SPEED_S * self._powers + INITIAL_SPEED_VARIANCE
        self._covariance[3] = self._powers
        self.hidden_s = np.where(known, 0.0, HOLD_S)
        self._output_s = 0.0
        self._return_offset = np.zeros((33, 3))
        self.any_hidden, self._has_return_offset = not known.all(), False
        self._absent_s = 0.0
        self._fresh = not known.any()
        return place

    def _predict(self, dt: float) -> None:
        """Advance estimate and covariance by `dt`."""
        place, speed = self._state[:2]
        keep = math.exp(-DAMPING * dt)
        go = (1.0 - keep) / DAMPING
        pace = float(np.vdot(speed, speed)) / 33.0
        power = min(MAX_POWER, REST_POWER + pace / DOUBLING_SPEED**2)
        place += go * speed
        speed *= keep
        transition = np.array(
            [
                [1.0, 2.0 * go, go * go, power * dt**3 / 3.0],
                [0.0, keep, keep * go, power * dt**2 / 2.0],
                [0.0, 0.0, keep * keep, power * dt],
            ]
        )
        self._covariance[:3] = transition @ self._covariance

    def _reject_outliers(
        self, seen: Array, residual: Array, squared: Array, dt: float
    ) -> tuple[Array, NDArray[np.bool_]]:
        """The weights (33,) with 0 for outliers, and which landmarks are outliers.

        `residual` (33, 3) becomes 0 for a landmark that is seen again; `squared` (33,) are its squared lengths.
        """
        near = OUTLIER_M + 5.0 * self.noise_m
        outliers, few = _NO_MASK, float(np.add.reduce(seen)) < 4.0
        if float(np.maximum.reduce(squared)) > near * near:
            outliers = (seen > 0.0) & (np.sqrt(squared) > near + OUTLIER_SPEED * (dt + self.hidden_s))
            seen = np.where(outliers, 0.0, seen)
            few = float(np.add.reduce(seen)) < 4.0 or 2 * int(outliers.sum()) > int((seen > 0.0).sum())
        self._absent_s = self._absent_s + dt if few else 0.0
        if self.any_hidden and (back := (seen > 0.5) & (self.hidden_s > LOST_S)).any():
            # The place of a hidden landmark was a guess: the estimate jumps, and the output goes there smoothly.
            jump = np.where(back[:, None], residual, 0.0)
            if self._output_s > LOST_S:
                self._return_offset -= jump
                self._state[2] += jump
                self._has_return_offset = True
            self._state[0] += jump
            self._state[1] = np.where(back[:, None], self._state[1, PARENT_LANDMARKS], self._state[1])
            residual -= jump
        return seen, outliers

    def _correct(self, residual: Array, seen: Array, dt: float) -> None:
        """Correct the estimate by the residual (33, 3)."""
        covariance = self._covariance
        turn = _facing(ACROSS @ self._state[0])
        unseen = _NO_INDICES
        if float(np.minimum.reduce(seen)) < 1.0:
            residual *= (seen > 0.0)[:, None]
            if np.count_nonzero(seen < 1.0) > 16:
                seen = np.round(seen)
            unseen = np.flatnonzero(seen < 1.0)
            if len(unseen) > 29:
                return
        residual = (residual @ turn.T).ravel()
        precision = 1.0 / (covariance[0] + self.noise_m**2)
        if len(unseen):
            residual = self._infer_unseen(residual, seen, unseen, precision)
        modal = residual @ self._modes
        self._noise.update(residual, modal, precision, len(unseen), dt)
        gain = covariance[:2] * precision
        rest = gain[:, -1:]
        # All directions with the gain of the rest, then each mode with the difference of its own gain.
        change = rest * residual + ((gain[:, :-1] - rest) * modal) @ self._modes.T
        self._state[:2] += change.reshape(2, 33, 3) @ turn
        covariance[:3] -= covariance.take(_COVARIANCE_ROWS, 0) * gain.take(_GAIN_ROWS, 0)

    def _infer_unseen(self, residual: Array, seen: Array, unseen: NDArray[np.intp], precision: Array) -> Array:
        """The residual (99,) with that of hardly seen landmarks inferred: a Gaussian's mean given the others."""
        rows = (3 * unseen[:, None] + np.arange(3)).ravel()
        part = self._modes[rows]
        scaled = part * (precision[:-1] - precision[-1])
        share = np.repeat(seen[unseen], 3)
        others = residual.copy()
        others[rows] = 0.0
        square = scaled @ part.T
        square[np.diag_indices(len(rows))] += precision[-1]
        residual = residual.copy()
        inferred = -np.linalg.solve(square, scaled @ (others @ self._modes))
        residual[rows] = share * residual[rows] + (1.0 - share) * inferred
        return residual

    def _relax_hidden(self, dt: float) -> None:
        """Move landmarks that have long been hidden to where they hang from the rest of the body."""
        gone = self.hidden_s > HOLD_S
        if gone.any():
            place, speed = self._state[:2]
            hang = REST_LANDMARKS_M - REST_LANDMARKS_M[PARENT_LANDMARKS]
            goal = place[PARENT_LANDMARKS] + self.size * hang @ _facing(ACROSS @ place)
            share = blend_factor(RELAX_S, dt) * gone[:, None]
            place += share * (goal - place)
            speed -= share * (speed - speed[PARENT_LANDMARKS])

    def _put_out(self, dt: float) -> Array:
        """The output: a triple pole whose jerk leads position, velocity and acceleration to the estimate's."""
        self._output_s += dt
        q = 1.0 - math.exp(-OUTPUT_RATE * dt) if self._output_s >= UNSMOOTHED_S else 1.0
        a, b, c = q**3, 3.0 * q**2 - 2.0 * q**3, 3.0 * q - 3.0 * q**2 + q**3
        # Rows over the state (5): the jerk, over dt^2; then the new acceleration, velocity and position, each from the
        # one before.
        jerk = [-a / dt**2, (a - b) / dt, a / dt**2, b / dt, c]
        acceleration = [-jerk[0], -jerk[1], -jerk[2], -jerk[3], 1.0 - jerk[4]]
        velocity = [
            dt * acceleration[0],
            dt * acceleration[1],
            dt * acceleration[2],
            1.0 + dt * acceleration[3],
            dt * acceleration[4],
        ]
        position = [dt * velocity[0], dt * velocity[1], 1.0 + dt * velocity[2], dt * velocity[3], dt * velocity[4]]
        state = self._state.reshape(5, 99)
        state[2:] = np.array([position, velocity, acceleration]) @ state
        if not self._has_return_offset:
            landmarks: Array = self._state[2].copy()
            return landmarks
        self._return_offset *= math.exp(-dt / RETURN_S)
        joined: Array = self._state[2] + self._return_offset
        return joined


def _facing(across: Array) -> Array:
    """(3, 3) whose rows are left, up and forward of a body whose left is `across`: a rotation about Y."""
    x, _, z = across.tolist()
    length = math.hypot(x, z)
    x, z = (x / length, z / length) if length > 1e-6 else (1.0, 0.0)
    return np.array([[x, 0.0, z], [0.0, 1.0, 0.0], [-z, 0.0, x]])
