"""The second witness: who stands where no track is, how long what it has seen counts, and a show without it."""

from __future__ import annotations

import numpy as np

from installation.eye.detection.detector_thread import PersonDetectorThread
from installation.eye.detection.person_detection import Letterbox, PersonDetection
from installation.eye.frame_view import FrameView
from installation.eye.second_witness import MAX_AGE_SECONDS, QUIET_SECONDS, SecondWitness

PIXELS = np.zeros((360, 640, 3), np.uint8)


class Scripted:
    """A detector that finds people in given boxes."""

    def __init__(self, *boxes: tuple[float, float, float, float], score: float = 0.6) -> None:
        self.boxes, self.score, self.count = boxes, score, 0

    def detect_in(self, boxed: Letterbox) -> list[PersonDetection]:
        self.count += 1
        points = np.zeros((17, 3), np.float32)
        return [PersonDetection(np.array(box, np.float32), self.score, points) for box in self.boxes]


def witness(detector: Scripted) -> SecondWitness:
    return SecondWitness(PersonDetectorThread(10.0, live=False, load=lambda: detector))


def test_of_two_who_stand_close_together_the_one_without_a_track_is_proposed() -> None:
    left, right = (100, 50, 200, 300), (160, 50, 260, 300)
    seen = witness(Scripted(left, right))
    seen.look(FrameView(0.0, PIXELS), is_needed=True)
    tracked = [np.array([105, 48, 198, 305], np.float32)]
    assert [box.tolist() for box in seen.unexplained(0.0, tracked, [])] == [list(map(float, right))]
    assert seen.unexplained(0.0, [*tracked, np.array(right, np.float32)], []) == []
    assert seen.unexplained(0.0, tracked, [np.array(right, np.float32)]) == []


def test_it_says_yes_no_or_nothing() -> None:
    seen = witness(Scripted((100, 50, 200, 300)))
    there, elsewhere = np.array([110, 60, 210, 310], np.float32), np.array([400, 60, 500, 310], np.float32)
    assert seen.sees(there, 0.0) is None
    seen.look(FrameView(0.0, PIXELS), is_needed=True)
    assert seen.sees(there, 0.1) is True and seen.sees(elsewhere, 0.1) is False
    assert seen.sees(there, MAX_AGE_SECONDS + 0.1) is None


def test_what_is_hardly_a_person_does_not_count() -> None:
    seen = witness(Scripted((100, 50, 200, 300), score=0.15))
    seen.look(FrameView(0.0, PIXELS), is_needed=True)
    assert seen.sees(np.array([100, 50, 200, 300], np.float32), 0.0) is False


def test_while_every_body_is_tracked_it_looks_rarely() -> None:
    detector = Scripted()
    seen = witness(detector)
    for count in range(300):
        seen.look(FrameView(count / 30.0, PIXELS), is_needed=False)
    assert 3 <= detector.count - 6 <= 10.0 / QUIET_SECONDS + 1


def test_without_a_detector_it_has_never_seen_anything() -> None:
    seen = SecondWitness(None)
    seen.look(FrameView(0.0, PIXELS), is_needed=True)
    assert seen.boxes(0.0) is None and seen.sees(np.zeros(4, np.float32), 0.0) is None
    assert seen.unexplained(0.0, [], []) == []
    seen.close()
