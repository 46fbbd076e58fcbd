"""Which scene plays and how it changes, by times, by hand or by what happens; and the master's blackout and freeze."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from installation.control.osc.arguments import is_press, single_argument
from installation.control.osc.receiver import ReceivedMessage
from installation.control.osc.sender import AddressDoc
from installation.interface.knobs import InvalidMessageError, Knob, Knobs, KnobValues
from installation.interface.moment import Programme
from installation.interface.pulse import Pulse
from installation.interface.visitor import Crowd
from installation.show.triggers import Clock, Triggers, local_clock
from installation.stage.layers.transitions import EACH
from installation.venue.schema import ScenesSection

WARM = 3
"""Frames that a scene is drawn unseen before it comes; what time takes from a change by that, it catches up."""
LEAD = 0.5
"""Seconds before its time that the next scene of the playlist is drawn unseen."""
FADE = 0.3
"""Seconds of the master's fades."""
THROW = 0.25
"""Seconds for the fader's whole way, however fast it is sent."""
SMOOTH = 0.05
"""Seconds in which the steps of a controller's fader become one movement."""
CATCH, ARRIVED = 0.02, 0.003
"""How near the fader must come to a change under way to take hold of it, and how near counts as there."""

COMMANDS = (
    AddressDoc("/scene/next", "1", "Change to the next scene of the playlist."),
    AddressDoc("/scene/back", "1", "Change to the one before; while a change is under way, return from it."),
    AddressDoc(
        "/scene/go", "name, or number from 1", "Change to this scene; it begins when a change under way has ended."
    ),
    AddressDoc("/scene/cancel", "1", "Return from the change under way to the scene that played."),
)


def knobs(scenes: ScenesSection, kinds: Sequence[str]) -> dict[str, tuple[Knob, ...]]:
    """The programme's knobs by what they stand below; `kinds` of transitions there are."""
    chosen = scenes.transition if scenes.transition in (*kinds, EACH) else kinds[0]
    return {
        "/playlist": (
            Knob(
                "transition",
                chosen,
                choices=(*kinds, EACH),
                help=f"How a scene becomes the next; {EACH} in turn.",
                aliases=("/programme/transition",),
            ),
            Knob(
                "transition_seconds",
                scenes.transition_seconds,
                0.0,
                60.0,
                unit="s",
                help="How long a change takes.",
                aliases=("/programme/seconds",),
            ),
            Knob(
                "transition_beats",
                0.0,
                0.0,
                64.0,
                unit="beats",
                help="How long it takes on the beat; 0 goes by seconds.",
                aliases=("/programme/beats",),
            ),
        ),
        "/master": (
            Knob("blackout", False, help="The wall is dark.", aliases=("/programme/blackout",)),
            Knob("freeze", False, help="The wall holds its picture.", aliases=("/programme/freeze",)),
        ),
        "/scene": (
            Knob("hold", False, help="The scene stays until a hand changes it."),
            Knob(
                "manual_fade",
                False,
                help="The fader makes the changes: from one end to the other changes to the next scene, and back "
                "again to the one after that.",
                aliases=("hand",),
            ),
            Knob("fader", 0.0, help="How far the change is, while manual_fade is on."),
        ),
    }


class PlaylistEntry(NamedTuple):
    """A scene, and the place of the playlist from which it goes on."""

    scene: str
    place: int


class Playlist:
    """Walks the playlist, heeds what happens and hands, and leads each change from its beginning to its end."""

    def __init__(
        self, scenes: ScenesSection, tree: Knobs, kinds: Sequence[str] = ("crossfade",), clock: Clock = local_clock
    ) -> None:
        """Its knobs are added to `tree`; `kinds` are the transitions that can be drawn."""
        for prefix, own in knobs(scenes, kinds).items():
            tree.add(prefix, own)
        self._scenes = scenes
        self._tree = tree
        self._kinds = kinds
        self._occasions = Triggers(scenes.when, clock)
        self._heeded = ""
        """The scene that was called for, once it has been gone to."""
        self._playing = PlaylistEntry(scenes.playlist[0], 0)
        self._coming: PlaylistEntry | None = None
        self._wish: PlaylistEntry | None = None
        self._way = 0.0
        """How far the change is: 0 nothing of the coming scene, 1 nothing else."""
        self._returns = False
        self._cold = 0
        """Frames that the coming scene is still to be drawn unseen."""
        self._expected = ""
        """Whom the playlist has drawn unseen already."""
        self._kind = kinds[0]
        self._number = 0
        self._since = 0.0
        """When the scene began to play alone."""
        self._time: float | None = None
        self._beat = 0.0
        self._home: float | None = None
        """The end from which the fader sets out; None while hand is off."""
        self._caught = False
        self._ahead = 0.0
        """By how much the fader was before the change when it was seen last."""
        self._dark = self._still = 0.0

    def commands(self) -> Mapping[str, Callable[[ReceivedMessage], None]]:
        """What `COMMANDS` do, by address."""

        def on_press(act: Callable[[], None]) -> Callable[[ReceivedMessage], None]:
            return lambda message: act() if is_press(message) else None

        return {
            "/scene/next": on_press(self.next),
            "/scene/back": on_press(self.back),
            "/scene/go": self._go,
            "/scene/cancel": on_press(self.cancel),
        }

    def next(self) -> None:
        """Change to the scene after this one, or after the one that comes."""
        self._ask(self._beside(1))

    def back(self) -> None:
        """Change to the scene before this one, or return from the change under way."""
        self._ask(self._playing if self._coming else self._beside(-1))

    def go(self, scene: str) -> None:
        """Change to the scene of this name; raises Refused when there is none."""
        if scene not in self._scenes.names:
            raise InvalidMessageError("no such scene")
        playlist, place = self._scenes.playlist, (self._coming or self._playing).place
        places = ((place + step) % len(playlist) for step in range(len(playlist)))
        self._ask(PlaylistEntry(scene, next((each for each in places if playlist[each] == scene), place)))

    def cancel(self) -> None:
        """Return to the scene that played, from however far the change is."""
        self._wish = None
        if self._coming:
            self._returns, self._caught = True, False

    def step(self, t: float, crowd: Crowd, pulse: Pulse) -> Programme:
        """What plays at show time `t`, which only grows."""
        changes = KnobValues(self._tree.values, "/playlist/")
        master, hands = KnobValues(self._tree.values, "/master/"), KnobValues(self._tree.values, "/scene/")
        if self._time is None:
            self._time, self._beat, self._since = t, pulse.beat, t
        passed, beats = t - self._time, pulse.beat - self._beat
        self._time, self._beat = t, pulse.beat
        self._fade_master(passed, master.blackout, master.freeze)
        called = self._occasions.step(t, crowd, pulse)
        self._hold_fader(hands.manual_fade, hands.fader)
        expected = ""
        if hands.manual_fade:
            self._set_out()
        elif not hands.hold:
            expected = self._by_itself(t, called)
        if self._wish and not self._coming and not hands.manual_fade:
            self._begin(self._wish)
            passed = beats = 0.0
        if self._coming:
            self._advance(t, passed, _part(passed, beats, changes))
        following = self._coming.scene if self._coming else expected
        cold, self._cold, self._expected = self._cold, max(0, self._cold - 1), expected
        mix = self._way if self._coming and not cold else 0.0
        return Programme(self._playing.scene, following, mix, self._kind, self._number, self._dark, self._still)

    def _go(self, message: ReceivedMessage) -> None:
        scene = single_argument(message)
        if isinstance(scene, (int, float)) and 1 <= scene <= len(self._scenes.names):
            scene = self._scenes.names[int(scene) - 1]
        self.go(str(scene))

    def _beside(self, step: int) -> PlaylistEntry:
        place = ((self._coming or self._playing).place + step) % len(self._scenes.playlist)
        return PlaylistEntry(self._scenes.playlist[place], place)

    def _ask(self, stop: PlaylistEntry) -> None:
        """A change under way is turned round where that leads to the wish, else ended first."""
        self._wish = None
        if self._coming and stop.scene == self._coming.scene:
            self._returns = False
        elif stop.scene == self._playing.scene:
            self.cancel()
        else:
            self._wish = stop

    def _by_itself(self, t: float, called: str) -> str:
        """Wish for what is called for, else what the playlist says; returns the scene to be expected next."""
        if called != self._heeded:
            ended, self._heeded = self._heeded, called
            if called:
                self.go(called)
            elif ended == (self._coming or self._playing).scene:
                self.next()
        if called or self._coming or self._wish:
            return ""
        upcoming = self._beside(1)
        due = self._since + self._scenes.dwell_seconds_of.get(self._playing.scene, self._scenes.dwell_seconds)
        if upcoming.scene == self._playing.scene or t < due - LEAD:
            return ""
        if t >= due:
            self._wish = upcoming
        return upcoming.scene

    def _begin(self, stop: PlaylistEntry) -> None:
        chosen = self._tree.values["/playlist/transition"]
        self._kind = self._kinds[self._number % len(self._kinds)] if chosen == EACH else str(chosen)
        self._number += 1
        self._coming, self._wish = stop, None
        self._way, self._returns = 0.0, False
        self._cold = 0 if stop.scene == self._expected else WARM

    def _advance(self, t: float, passed: float, share: float) -> None:
        """Go on by `share` of the way, or by hand; end the change at either end."""
        assert self._coming is not None
        if self._home is not None and not self._returns:
            if self._caught:
                step = self._ahead * (min(1.0, passed / SMOOTH) if abs(self._ahead) > ARRIVED else 1.0)
                self._way = _toward(self._way, self._way + step, passed / THROW)
        else:
            self._way += -share if self._returns else share
        if self._way >= 1.0 and not self._cold:
            self._playing, self._coming, self._since = self._coming, None, t
            if self._home is not None:
                self._home = 1.0 - self._home
        elif self._way <= 0.0 and (self._returns or (self._caught and self._ahead <= 0.0)):
            if not self._returns:
                # A fader that was taken back sets out to the same scene again.
                self._wish = self._coming
            self._coming, self._since, self._returns = None, t, False
        self._way = min(max(self._way, 0.0), 1.0) if self._coming else 0.0

    def _hold_fader(self, hand: bool, fader: float) -> None:
        """Look where the fader is; it takes hold when it passes where the change is, so that nothing leaps."""
        if not hand:
            self._home, self._caught = None, False
            return
        fresh = self._home is None
        if self._home is None:
            self._home = float(round(fader))
        before, self._ahead = self._ahead, abs(fader - self._home) - self._way
        if self._returns:
            self._caught = False
            return
        passes = not fresh and math.copysign(1.0, before) != math.copysign(1.0, self._ahead)
        self._caught = self._caught or passes or abs(self._ahead) <= CATCH

    def _set_out(self) -> None:
        """Begin a change when the fader leaves its end."""
        if self._caught and self._ahead > 0.0 and not self._coming:
            wish = self._wish or self._beside(1)
            if wish.scene != self._playing.scene:
                self._begin(wish)

    def _fade_master(self, passed: float, blackout: bool, freeze: bool) -> None:
        self._dark = _toward(self._dark, float(blackout), passed / FADE)
        self._still = 1.0 if freeze else _toward(self._still, 0.0, passed / FADE)


def _part(passed: float, beats: float, changes: KnobValues) -> float:
    """The part of a change that these seconds or beats are; all of it where it takes no time."""
    if changes.transition_beats:
        return float(beats / changes.transition_beats)
    return float(passed / changes.transition_seconds) if changes.transition_seconds > 0.0 else 1.0


def _toward(value: float, goal: float, reach: float) -> float:
    return value + min(max(goal - value, -reach), reach)
