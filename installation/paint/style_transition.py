"""From what was asked before to what is asked now: styles and seeds pass one into the other in steady time."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

from installation.core.errors import Trouble
from installation.interface.commission import Mix
from installation.interface.painter_knobs import NONE, OWN, SCENE, PainterSettings, fader
from installation.interface.pulse import Pulse
from installation.paint.engines.engine import Engine
from installation.paint.guide.noise import SeedBlend


class Clock:
    """Tells how much of a fade has gone by since it was asked last, in seconds or beats."""

    def __init__(self) -> None:
        self._time = self._beat = math.inf

    def part(self, wishes: PainterSettings, t: float, pulse: Pulse) -> float:
        """The share of a whole fade, 1 or more where it takes no time."""
        seconds, beats = max(t - self._time, 0.0), max(pulse.beat - self._beat, 0.0)
        self._time, self._beat = t, pulse.beat
        gone = beats if wishes.fade_in_beats else seconds
        return gone / wishes.fade if wishes.fade > 0.0 else math.inf


class Styles:
    """The style that is painted in."""

    def __init__(self, engine: Engine[Any]) -> None:
        self._engine = engine
        self._faders = {fader(name): name for name in engine.styles}
        self._mix: Mix = ()
        self._recipe: Hashable = None
        self._wanted: Any = None
        self._asked: Hashable = None
        self._from: Any = None
        self._share = 1.0
        self.now: Any = None
        self.moving = False
        """Whether the newest `step` changed it."""
        self.note = ""
        """A style that is asked for and unknown, in words."""

    def step(self, wishes: PainterSettings, mix: Mix, palette: str, part: float) -> Any:
        """The style after a `part` of a fade, towards what knobs and the scene ask for.

        Other weights of the same styles are gone to in steady steps, so that a scene may change them all the time.
        """
        names = self._mix = _toward(self._mix, mix if wishes.style == SCENE else ((wishes.style, 1.0),), part)
        colours = palette if wishes.palette == OWN else wishes.palette
        asked = (tuple(name for name, _ in names), wishes.style_b, colours)
        recipe = (asked, names, wishes.style_mix, wishes.blend, wishes.strength)
        self.moving = recipe != self._recipe or self._share < 1.0
        if not self.moving:
            return self.now
        if recipe != self._recipe:
            self._recipe, self._wanted = recipe, self._made(names, colours, wishes)
        if asked != self._asked:
            self._from, self._share = self.now, 1.0 if self.now is None else 0.0
            self._asked = asked
        self._share = min(1.0, self._share + part)
        done = self._share >= 1.0
        self.now = self._wanted if done else self._engine.slerp(self._from, self._wanted, _eased(self._share))
        return self.now

    def _made(self, names: Mix, palette: str, wishes: PainterSettings) -> Any:
        engine = self._engine
        self.note = ""
        blended = ((self._faders.get(name, name), weight) for name, weight in wishes.blend)
        shares = [(self._named(name), weight) for name, weight in (*names, *blended) if weight > 0.0]
        if not any(weight > 0.0 for _, weight in names):
            shares.append((next(iter(engine.styles.values())), 1.0))
        made = engine.blend([style for style, _ in shares], [weight for _, weight in shares])
        if wishes.style_b != NONE and wishes.style_mix > 0.0:
            made = engine.slerp(made, self._named(wishes.style_b), wishes.style_mix)
        if palette:
            made = made.with_palette(self._named(palette))
        if wishes.strength < 1.0:
            every = list(engine.styles.values())
            made = engine.slerp(engine.blend(every, [1.0] * len(every)), made, wishes.strength)
        return made

    def _named(self, name: str) -> Any:
        try:
            return self._engine.style(name)
        except Trouble as error:
            self.note = str(error)
            return next(iter(self._engine.styles.values()))


class Hand:
    """The seed that is painted with: whoever holds the brush."""

    def __init__(self) -> None:
        self._from = 0
        self._asked: float | None = None
        self._share = 1.0
        self.now = SeedBlend()
        self.moving = False
        """Whether the newest `step` changed it."""

    def step(self, asked: float, part: float) -> SeedBlend:
        """The seeds after a `part` of a fade. Numbers that are asked for one after the other, no more than 1 apart, are
        a walk; what is further away is faded to."""
        before = self.now
        if self._asked is None:
            self._share = 1.0
        elif abs(asked - self._asked) > 1.0:
            self._from, self._share = before.second if before.share > 0.5 else before.first, 0.0
        self._asked = asked
        self._share = min(1.0, self._share + part)
        low = math.floor(asked)
        if self._share < 1.0:
            self.now = SeedBlend(self._from, round(asked), _eased(self._share))
        else:
            self.now = SeedBlend(low, low + 1, asked - low)
        self.moving = self.now != before
        return self.now


def _toward(now: Mix, wanted: Mix, part: float) -> Mix:
    """Weights a `part` nearer to those that are wanted; what is wanted where these are other styles."""
    if [name for name, _ in now] != [name for name, _ in wanted]:
        return wanted
    pairs = zip(now, wanted, strict=True)
    return tuple((name, was + min(max(goal - was, -part), part)) for (_, was), (name, goal) in pairs)


def _eased(share: float) -> float:
    """Slow at both ends."""
    return share * share * (3.0 - 2.0 * share)
