"""Films of what a character does, alone or beside where it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.interface.camera_view import View
from installation.stage.bodies.body_styles import CharacterStyle
from installation.stage.bodies.model import CharacterModel, mannequin
from installation.stage.gl.glsl_source import STAGE_SHADERS
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.graphics import RenderTarget, SceneGraphics
from installation.stage.outputs.recorder import Recorder
from installation.stage.outputs.windows import standalone
from motion import rotation
from motion.body import Motion, joint_positions, transformed
from motion.formats.character import Character, skin_matrices, skin_vertices
from motion.retarget import motion_from_rig
from motion.take import Take

Array = NDArray[np.floating]
Advance = Callable[[float], None]

TALL_M, WIDE_M = 2.05, 2.3
"""Metres that are to be seen whole, upright and for each unit of the picture's aspect, where somebody stands."""
STANDS = np.array([0.0, 0.0, 3.2])
"""Where in the room the middle of what is done is put."""
CROWN = 1.14
"""How much higher somebody is than their highest joint."""
LARGEST = 4.0
"""How many times larger than life somebody small is shown."""
ACCENT = (0.93, 0.36, 0.16)


@dataclass(frozen=True)
class Sitter:
    """Somebody to be portrayed: a motion, and who is seen to do it."""

    motion: Motion
    character: Character | None = None
    """None: a mannequin built as the body is."""
    take: Take | None = None
    """The motion on the character's rig."""


def cast(take: Take, character: Character) -> Sitter:
    """A character in a take on its own rig."""
    return Sitter(motion_from_rig(character.rig, take.places_m, take.turns, take.rate), character, take)


class Panel:
    """One sitter on a stage of their own, framed so that all that they do is seen."""

    def __init__(self, programs: ShaderCache, size: tuple[int, int], sitter: Sitter, turned: bool = True) -> None:
        """`turned` has most of what they do face us; else we see them as the wall does."""
        aspect = size[0] / size[1]
        turn, shift, scale = _framing(sitter, aspect, turned)
        self._motion = transformed(sitter.motion, turn, shift, scale)
        self._frame = 0
        self._workshop = SceneGraphics(programs, (), size, 1)
        self._bodies = self._workshop.bodies()
        self._players = CharacterStyle(self._workshop, [self._model(sitter, turn, shift, scale)])
        self._view = View(aspect, mirror=False)
        self._canvas = self._workshop.target(kind="f1")
        self.aspect = aspect

    def _model(self, sitter: Sitter, turn: Array, shift: Array, scale: float) -> CharacterModel:
        if sitter.character is None or sitter.take is None:
            return mannequin()
        actor, take = sitter.character, sitter.take
        places = scale * rotation.rotate(turn, take.places_m) + shift
        turns = rotation.multiply(turn, take.turns)

        def pose(_: object) -> Array:
            found = skin_matrices(actor, places[self._frame], turns[self._frame])[:, :3]
            joint = places[self._frame, actor.joints]
            return np.concatenate(
                [scale * found[..., :3], (joint + scale * (found[..., 3] - joint))[..., None]], axis=-1
            )

        return CharacterModel("sitter", actor.meshes, len(actor.joints), pose)

    def draw(self, t: float) -> RenderTarget:
        """The picture at `t` seconds of the motion; the last one when it is over."""
        step = 0.0 if t == 0.0 else 1.0 / self._motion.rate
        self._frame = min(round(t * self._motion.rate), len(self._motion) - 1)
        self._bodies.show({0: self._motion.at(self._frame)}, step)
        self._bodies.shown = tuple(replace(one, presence=1.0) for one in self._bodies.shown)
        given = {
            **self._view.uniforms, "time": t, "dt": step, "frame": round(t * 60) % 64, "alone": 0.0,
            "accent": ACCENT, "weight": 1.0, "fray": 0.0, "half_life": 0.1, "glow": 0.0, "ground": 1.0,
        }  # fmt: skip
        self._players.draw(self._canvas, self._bodies, given)
        return self._canvas

    def release(self) -> None:
        """Give everything back."""
        self._workshop.release()


class Footage:
    """A film's own pictures, each when it was."""

    def __init__(self, programs: ShaderCache, source: str, start: float) -> None:
        from installation.eye.sources import open_reader

        self._reader = open_reader(source, 30.0, None)
        self._pictures = iter(self._reader)
        self._next = next(self._pictures, None)
        self._start = start
        self._begin = self._next[0] if self._next else 0.0
        self._workshop = SceneGraphics(programs, (), (16, 16), 1)
        high, wide = self._next[1].shape[:2] if self._next else (16, 16)
        self._target = self._workshop.target(size=(wide, high), components=4, kind="f1")
        self.aspect = wide / high

    def draw(self, t: float) -> RenderTarget:
        """The picture at `t` seconds after the performance began; the last one when the film is over."""
        newest = None
        while self._next is not None and self._next[0] - self._begin <= self._start + t + 1e-6:
            newest, self._next = self._next[1], next(self._pictures, None)
        if newest is not None:
            alpha = np.full((*newest.shape[:2], 1), 255, np.uint8)
            self._target.texture.write(np.concatenate([newest, alpha], axis=-1)[::-1].tobytes())
        return self._target

    def release(self) -> None:
        """Give everything back."""
        self._reader.close()
        self._workshop.release()


def portray(path: Path, size: tuple[int, int], sitters: list[Sitter], advance: Advance, source: str = "",
            start: float = 0.0) -> int:  # fmt: skip
    """Film the sitter, or two side by side, until all have ended; returns the number of frames.

    With a `source` that film's pictures stand on the left, from `start` seconds on. Ctrl-C ends the film early, and
    what is written plays. Raises Trouble.
    """
    context = standalone()
    programs = ShaderCache(context)
    rate = min(sitters[-1].motion.rate, 60.0)
    frames = max(1, round(max(len(s.motion) / s.motion.rate for s in sitters) * rate))
    workshop = SceneGraphics(programs, (STAGE_SHADERS,), size, 1)
    panels: list[Panel | Footage] = [Footage(programs, source, start)] if source else []
    half = size if len(sitters) + len(panels) == 1 else (size[0] // 2, size[1])
    panels += [Panel(programs, half, sitter, not source) for sitter in sitters]
    canvas, beside = workshop.target(kind="f1"), workshop.screen("beside.frag")
    done = 0
    recorder = Recorder(context, path, size, rate, patient=True)
    try:
        for done in _counted(frames, advance):
            pictures = [panel.draw((done - 1) / rate) for panel in panels]
            if len(pictures) == 2:
                one, other = pictures
                beside(canvas, one=one, other=other, shapes=(panels[0].aspect, panels[1].aspect))
                recorder.take(canvas, (done - 1) / rate)
            else:
                recorder.take(pictures[0], (done - 1) / rate)
    except KeyboardInterrupt:
        pass
    finally:
        recorder.close()
        for thing in (*panels, workshop, programs):
            thing.release()
        context.release()
    return done


def _counted(frames: int, advance: Advance) -> Iterator[int]:
    for done in range(1, frames + 1):
        yield done
        advance(done / frames)


def _framing(sitter: Sitter, aspect: float, turned: bool) -> tuple[Array, Array, float]:
    """The turn, shift and scale after which all that a body does is in the picture."""
    motion = sitter.motion
    there = joint_positions(motion.hips_m, motion.turns, motion.offsets_m)
    ahead = rotation.rotate(motion.turns[:, 0], np.array([0.0, 0.0, 1.0])).mean(axis=0)
    turn = rotation.from_axis_angle((0.0, 1.0, 0.0), turned * (np.pi - np.arctan2(ahead[0], ahead[2])))
    seen = rotation.rotate(turn, there)
    low, high = seen.min(axis=(0, 1)), seen.max(axis=(0, 1))
    lying = joint_positions(
        motion.offsets_m[0], np.tile(rotation.IDENTITY, (len(motion.offsets_m), 1)), motion.offsets_m
    )
    floor = float(np.percentile(seen[..., 1].min(axis=1), 2.0) - lying[:, 1].min())
    crown = CROWN if sitter.character is None else _crown(sitter.character)
    tall = (high[1] - floor) * crown
    scale = min(TALL_M / tall, WIDE_M * aspect / float(high[0] - low[0] + (crown - 0.9) * tall), LARGEST)
    middle = 0.5 * (low + high)
    return turn, STANDS - scale * np.array([middle[0], floor, middle[2]]), scale


def _crown(actor: Character) -> float:
    """How much higher a character is than its highest joint."""
    rig = actor.rig
    matrices = skin_matrices(actor, rig.places_m, rig.turns)
    top = max(float(skin_vertices(mesh, matrices)[:, 1].max()) for mesh in actor.meshes)
    floor = rig.floor_m or 0.0
    return max((top - floor) / (float(rig.places_m[list(rig.bones.values()), 1].max()) - floor), 1.0)
