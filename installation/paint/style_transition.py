"""Transitions of style and seed over a fade in seconds or beats: from the last requested values to the new ones."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

from installation.core.errors import UserError
from installation.interface.commission import Mix
from installation.interface.painter_knobs import NONE, OWN, SCENE, PainterSettings, fader
from installation.interface.pulse import Pulse
from installation.paint.engines.engine import Engine
from installation.paint.guide.noise import SeedBlend


class TransitionClock:
    """Measures the part of a fade that elapses between two calls, in seconds or beats."""

    def __init__(self) -> None:
        self._time = self._beat = math.inf

    def elapsed(self, settings: PainterSettings, t: float, pulse: Pulse) -> float:
        """Return the fraction of a whole fade since the last call; 1 or more where fades take no time."""
        seconds, beats = max(t - self._time, 0.0), max(pulse.beat - self._beat, 0.0)
        self._time, self._beat = t, pulse.beat
        passed = beats if settings.fade_in_beats else seconds
        return passed / settings.fade if settings.fade > 0.0 else math.inf


class StyleMixer:
    """Mixes the current style from knobs and the scene's request, and fades between different styles."""

    def __init__(self, engine: Engine[Any]) -> None:
        self._engine = engine
        self._names_by_fader = {fader(name): name for name in engine.styles}
        self._mix: Mix = ()
        self._recipe: Hashable = None
        """All values that `_target` was mixed from."""
        self._target: Any = None
        self._target_key: Hashable = None
        """Names of the target's styles: when they change, a fade begins; when only weights change, none does."""
        self._origin: Any = None
        self._share = 1.0
        """Progress of the fade from `_origin` to `_target`, 0..1."""
        self.current: Any = None
        self.changed = False
        """Whether the last `step` changed `current`."""
        self.note = ""
        """Message about an unknown style; empty without one."""

    def step(self, settings: PainterSettings, mix: Mix, palette: str, elapsed: float) -> Any:
        """Advance by the fraction `elapsed` of a fade towards the style of knobs and scene; return the current style.

        `mix` and `palette` are the scene's. Changed weights of the same styles are approached at constant rate, so
        that a scene may change them continuously.
        """
        requested = mix if settings.style == SCENE else ((settings.style, 1.0),)
        names = self._mix = _approach(self._mix, requested, elapsed)
        colours = palette if settings.palette == OWN else settings.palette
        key = (tuple(name for name, _ in names), settings.style_b, colours)
        recipe = (key, names, settings.style_mix, settings.blend, settings.strength)
        self.changed = recipe != self._recipe or self._share < 1.0
        if not self.changed:
            return self.current
        if recipe != self._recipe:
            self._recipe, self._target = recipe, self._mixed(names, colours, settings)
        if key != self._target_key:
            self._origin, self._share = self.current, 1.0 if self.current is None else 0.0
            self._target_key = key
        self._share = min(1.0, self._share + elapsed)
        if self._share >= 1.0:
            self.current = self._target
        else:
            self.current = self._engine.slerp(self._origin, self._target, _smoothstep(self._share))
        return self.current

    def _mixed(self, names: Mix, palette: str, settings: PainterSettings) -> Any:
        engine = self._engine
        self.note = ""
        blended = ((self._names_by_fader.get(name, name), weight) for name, weight in settings.blend)
        shares = [(self._style(name), weight) for name, weight in (*names, *blended) if weight > 0.0]
        if not any(weight > 0.0 for _, weight in names):
            shares.append((next(iter(engine.styles.values())), 1.0))
        mixed = engine.blend([style for style, _ in shares], [weight for _, weight in shares])
        if settings.style_b != NONE and settings.style_mix > 0.0:
            mixed = engine.slerp(mixed, self._style(settings.style_b), settings.style_mix)
        if palette:
            mixed = mixed.with_palette(self._style(palette))
        if settings.strength < 1.0:
            every = list(engine.styles.values())
            mixed = engine.slerp(engine.blend(every, [1.0] * len(every)), mixed, settings.strength)
        return mixed

    def _style(self, name: str) -> Any:
        """Return a style by name; the library's first, and a note, if it is unknown."""
        try:
            return self._engine.style(name)
        except UserError as error:
            self.note = str(error)
            return next(iter(self._engine.styles.values()))


class SeedTransition:
    """Fades between distant seeds, and interpolates between neighbouring ones."""

    def __init__(self) -> None:
        self._origin = 0
        self._requested: float | None = None
        self._share = 1.0
        """Progress of the fade, 0..1."""
        self.current = SeedBlend()
        self.changed = False
        """Whether the last `step` changed `current`."""

    def step(self, requested: float, elapsed: float) -> SeedBlend:
        """Advance by the fraction `elapsed` of a fade; return the current blend of seeds.

        Successive numbers at most 1 apart are a walk, which is followed directly; a number further away is faded to.
        """
        before = self.current
        if self._requested is None:
            self._share = 1.0
        elif abs(requested - self._requested) > 1.0:
            self._origin, self._share = before.second if before.share > 0.5 else before.first, 0.0
        self._requested = requested
        self._share = min(1.0, self._share + elapsed)
        low = math.floor(requested)
        if self._share < 1.0:
            self.current = SeedBlend(self._origin, round(requested), _smoothstep(self._share))
        else:
            self.current = SeedBlend(low, low + 1, requested - low)
        self.changed = self.current != before
        return self.current


def _approach(current: Mix, target: Mix, max_step: float) -> Mix:
    """Move each weight by at most `max_step` towards the target; return the target if it names other styles."""
    if [name for name, _ in current] != [name for name, _ in target]:
        return target
    pairs = zip(current, target, strict=True)
    return tuple((name, was + min(max(goal - was, -max_step), max_step)) for (_, was), (name, goal) in pairs)


def _smoothstep(share: float) -> float:
    """3 s^2 - 2 s^3: slow at both ends."""
    return share * share * (3.0 - 2.0 * share)
