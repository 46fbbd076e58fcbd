"""The playlist: which scene plays, changes by time, by hand and by triggers, and the master's blackout and freeze."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence

from installation.control.cues.fades import FadeTiming
from installation.control.osc.arguments import is_press, single_argument
from installation.control.osc.receiver import ReceivedMessage
from installation.control.osc.sender import AddressDoc
from installation.core.diagnostics import near
from installation.core.toml_text import toml
from installation.interface.knobs import InvalidMessageError, Knob, Knobs, KnobValues
from installation.interface.moment import Programme
from installation.interface.pulse import Pulse
from installation.interface.visitor import Crowd
from installation.show.scene_change import ManualFader, MasterFade, PlaylistEntry, SceneChange
from installation.show.triggers import Clock, Triggers, local_clock
from installation.stage.layers.transitions import EACH_IN_TURN
from installation.venue.schema import ScenesSection

WARM_UP_FRAMES = 3
"""Frames for which a scene is drawn unseen before it fades in; the change catches up the time that they take."""
LEAD_SECONDS = 0.5
"""How long before its time the next scene of the playlist is first drawn unseen."""
COMMANDS = (
    AddressDoc(
        "/scene/next",
        "1",
        "Change to the next scene of the playlist, which plays on from there; a cue that waits is called off.",
    ),
    AddressDoc(
        "/scene/back",
        "1",
        "Change to the one before, and the playlist plays on from there; while a change is under way, return from it.",
    ),
    AddressDoc(
        "/scene/go", "name, or number from 1", "Change to this scene; it begins when a change under way has ended."
    ),
    AddressDoc("/scene/cancel", "1", "Return from the change under way to the scene that played."),
)

LOG_SECONDS = 0.25
"""Least time between two lines of the log about scene changes."""

logger = logging.getLogger(__name__)


def knobs(scenes: ScenesSection, kinds: Sequence[str]) -> dict[str, tuple[Knob, ...]]:
    """The knobs of playlist, master and scene changes by their prefix; `kinds` are the names of transitions."""
    chosen = scenes.transition if scenes.transition in (*kinds, EACH_IN_TURN) else kinds[0]
    return {
        "/playlist": (
            Knob(
                "transition",
                chosen,
                choices=(*kinds, EACH_IN_TURN),
                help=f"How a scene becomes the next; {EACH_IN_TURN} in turn.",
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
            Knob("hold", False, help="The scene stays until it is changed by hand."),
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


# Sixteen methods: the commands, and the steps of a frame.
class Playlist:
    """Walks the playlist, obeys triggers, commands and cues, and runs each change from begin to end."""

    def __init__(
        self, scenes: ScenesSection, tree: Knobs, kinds: Sequence[str] = ("crossfade",), clock: Clock = local_clock
    ) -> None:
        """Add the knobs to `tree`; `kinds` are the names of transitions that can be drawn."""
        for prefix, own in knobs(scenes, kinds).items():
            tree.add(prefix, own)
        self._scenes = scenes
        self._tree = tree
        self._kinds = kinds
        self._triggers = Triggers(scenes.when, clock)
        self._acted_on = ""
        """The triggered scene that has been acted on."""
        self._playing = PlaylistEntry(scenes.playlist[0], 0)
        self._since = 0.0
        """When the scene began to play alone."""
        self._change: SceneChange | None = None
        self._wanted: PlaylistEntry | None = None
        self._warmed_up = ""
        """The scene that has been drawn unseen already."""
        self._kind = kinds[0]
        self._number = 0
        self._last: tuple[float, float] | None = None
        """Show time and beat of the last step."""
        self._fader = ManualFader()
        self._master = MasterFade()
        self._next_log_seconds = 0.0
        self.cues_drive = False
        """Whether cues decide over scenes: neither time nor triggers change the scene meanwhile."""
        self._driven = False
        """Whether they did in the frame before."""
        self.absent_scenes: Collection[str] = ()
        """Scenes that the venue has and this show does not play, for the reason why one cannot be gone to."""

        self.on_release: Callable[[], None] = lambda: None
        """Called when a hand lets the playlist go on; a cue that waits is then called off."""

    def commands(self) -> Mapping[str, Callable[[ReceivedMessage], None]]:
        """Handlers of `COMMANDS` by address."""

        def on_press(act: Callable[[], None], releases: bool = False) -> Callable[[ReceivedMessage], None]:
            def handle(message: ReceivedMessage) -> None:
                if is_press(message):
                    if releases:
                        self.cues_drive = False
                        self.on_release()
                    act()

            return handle

        def go(message: ReceivedMessage) -> None:
            scene = single_argument(message)
            names = self._scenes.names
            if isinstance(scene, (int, float)):
                if scene not in range(1, len(names) + 1):
                    right = f"give its name, such as {toml(names[0])}, or a whole number from 1 to {len(names)}"
                    raise InvalidMessageError("no such scene", right)
                scene = names[int(scene) - 1]
            self.go(str(scene))

        return {
            "/scene/next": on_press(self.next, releases=True),
            "/scene/back": on_press(self.back, releases=True),
            "/scene/go": go,
            "/scene/cancel": on_press(self.cancel),
        }

    def set_scenes(self, scenes: ScenesSection, names: Sequence[str]) -> None:
        """Follow another [scenes] section of venue.toml; what plays, plays on.

        `names` are all scenes that may be gone to: others in the section are left out until they are among them. The
        knobs of changes keep their values.
        """
        order = tuple(name for name in scenes.playlist if name in names) or self._scenes.playlist
        rules = tuple(rule for rule in scenes.when if rule.scene in names)
        if rules != self._scenes.when:
            self._triggers.set_rules(rules)
        self._scenes = scenes.model_copy(update={"playlist": order, "when": rules, "on_call": tuple(names)})
        self._playing = _placed(self._playing, order)
        if self._change:
            self._change.entry = _placed(self._change.entry, order)
        if self._wanted:
            self._wanted = _placed(self._wanted, order)

    def next(self) -> None:
        """Change to the scene after this one, or after the one that comes."""
        self._request(self._beside(1))

    def back(self) -> None:
        """Change to the scene before this one, or return from the present change."""
        self._request(self._playing if self._change else self._beside(-1))

    def go(self, scene: str, timing: FadeTiming | None = None) -> None:
        """Change to the scene of this name, in this time or in that of the knobs.

        Raises InvalidMessageError when there is none.
        """
        if scene not in self._scenes.names:
            raise InvalidMessageError("no such scene", self._why_absent(scene))
        playlist, place = self._scenes.playlist, self._newest.place
        places = ((place + step) % len(playlist) for step in range(len(playlist)))
        self._request(PlaylistEntry(scene, next((each for each in places if playlist[each] == scene), place), timing))

    def cancel(self) -> None:
        """Return to the scene that played, from any progress of the change."""
        self._wanted = None
        if self._change:
            self._change.returning = True
            self._fader.drop()

    def end_change(self) -> None:
        """End the change under way at once, at the scene that played, and drop the scene that was asked for."""
        self._wanted = self._change = None
        self._fader.drop()

    def step(self, t: float, crowd: Crowd, pulse: Pulse) -> Programme:
        """The state of the playlist at show time `t`, which only grows."""
        changes = KnobValues(self._tree.values, "/playlist/")
        master, scene = KnobValues(self._tree.values, "/master/"), KnobValues(self._tree.values, "/scene/")
        if self._last is None:
            self._last, self._since = (t, pulse.beat), t
        passed, beats = t - self._last[0], pulse.beat - self._last[1]
        self._last = t, pulse.beat
        self._master.step(passed, master.blackout, master.freeze)
        triggered = self._triggers.step(t, crowd, pulse)
        self._fader.read(scene.manual_fade, scene.fader, self._change)
        if self._driven and not self.cues_drive:
            # A scene that the cues leave to the playlist has its whole time from here.
            self._since = t
        self._driven = self.cues_drive
        upcoming = ""
        if scene.manual_fade:
            self._begin_by_fader(t)
        elif not scene.hold and not self.cues_drive:
            upcoming = self._follow_playlist(t, triggered)
        if self._wanted and not self._change and not scene.manual_fade:
            self._change = self._begin(self._wanted, t)
            passed = beats = 0.0
        if self._change:
            timing = self._change.entry.timing or _timing(changes)
            self._advance(self._change, t, passed, _part(passed, beats, pulse.beats_a_bar, timing))
        following, mix = upcoming, 0.0
        if self._change:
            following, mix = self._change.entry.scene, 0.0 if self._change.warm_up_frames else self._change.progress
            self._change.warm_up_frames = max(0, self._change.warm_up_frames - 1)
        self._warmed_up = upcoming
        dark, still = self._master.dark, self._master.still
        return Programme(self._playing.scene, following, mix, self._kind, self._number, dark, still)

    @property
    def _newest(self) -> PlaylistEntry:
        """The entry that comes, else the one that plays."""
        return self._change.entry if self._change else self._playing

    def _why_absent(self, scene: str) -> str:
        """Why a scene cannot be gone to, and what would be right."""
        if scene in self.absent_scenes:
            return (
                f"the venue has {scene}, and this show does not play it: name it in playlist or on_call of [scenes] in "
                "venue.toml, or in a cue, and start again"
            )
        return f"{near(scene[:40], self._scenes.names)}scenes here: {', '.join(self._scenes.names)}"

    def _beside(self, step: int) -> PlaylistEntry:
        place = (self._newest.place + step) % len(self._scenes.playlist)
        return PlaylistEntry(self._scenes.playlist[place], place)

    def _request(self, entry: PlaylistEntry) -> None:
        """Request a scene: a running change is reversed where that leads there, else it ends first."""
        self._wanted = None
        if self._change and entry.scene == self._change.entry.scene:
            self._change.returning = False
        elif entry.scene == self._playing.scene:
            self.cancel()
        else:
            self._wanted = entry

    def _follow_playlist(self, t: float, triggered: str) -> str:
        """Request the triggered scene, else the playlist's next when it is due; returns the scene to warm up."""
        if triggered != self._acted_on:
            ended, self._acted_on = self._acted_on, triggered
            if triggered:
                self.go(triggered)
            elif ended == self._newest.scene:
                self.next()
        if triggered or self._change or self._wanted:
            return ""
        upcoming = self._beside(1)
        due = self._since + self._scenes.dwell_seconds_of.get(self._playing.scene, self._scenes.dwell_seconds)
        if upcoming.scene == self._playing.scene or t < due - LEAD_SECONDS:
            return ""
        if t >= due:
            self._wanted = upcoming
        return upcoming.scene

    def _begin(self, entry: PlaylistEntry, t: float) -> SceneChange:
        chosen = self._tree.values["/playlist/transition"]
        self._kind = self._kinds[self._number % len(self._kinds)] if chosen == EACH_IN_TURN else str(chosen)
        self._number += 1
        self._wanted = None
        if t >= self._next_log_seconds:
            self._next_log_seconds = t + LOG_SECONDS
            logger.info("change to scene %s (%s from %s)", entry.scene, self._kind, self._playing.scene)
        return SceneChange(entry, 0 if entry.scene == self._warmed_up else WARM_UP_FRAMES)

    def _advance(self, change: SceneChange, t: float, passed: float, share: float) -> None:
        """Advance the change by `share`, or by the fader; end it at either end."""
        if self._fader.on and not change.returning:
            change.progress = self._fader.advance(change.progress, passed)
        else:
            change.progress += -share if change.returning else share
        if change.progress >= 1.0 and not change.warm_up_frames:
            self._playing, self._change, self._since = change.entry, None, t
            self._fader.turn_round()
        elif change.progress <= 0.0 and (change.returning or self._fader.back_at_start):
            if not change.returning:
                # A fader that was moved back starts to the same scene again.
                self._wanted = change.entry
            self._change, self._since = None, t
        change.progress = min(max(change.progress, 0.0), 1.0)

    def _begin_by_fader(self, t: float) -> None:
        """Begin a change when the fader leaves the end at which it started."""
        if self._fader.leaves_start and not self._change:
            entry = self._wanted or self._beside(1)
            if entry.scene != self._playing.scene:
                self._change = self._begin(entry, t)


def _placed(entry: PlaylistEntry, playlist: Sequence[str]) -> PlaylistEntry:
    """The entry at its scene's place in another playlist, the nearest where there are several."""
    places = [place for place, name in enumerate(playlist) if name == entry.scene]
    place = min(places, key=lambda each: abs(each - entry.place), default=min(entry.place, len(playlist) - 1))
    return entry._replace(place=place)


def _timing(changes: KnobValues) -> FadeTiming:
    """How long a change takes by the knobs."""
    if changes.transition_beats:
        return FadeTiming(changes.transition_beats, "beats")
    return FadeTiming(changes.transition_seconds)


def _part(passed: float, beats: float, beats_a_bar: int, timing: FadeTiming) -> float:
    """The part of a change that lasts these seconds or beats; all of it where a change takes no time."""
    gone = {"seconds": passed, "beats": beats, "bars": beats / beats_a_bar}[timing.unit]
    return float(gone / timing.length) if timing.length > 0.0 else 1.0
