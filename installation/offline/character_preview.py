"""Preview films of characters in motion, alone or beside the source of the motion."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.eye.sources.kinds import open_reader
from installation.interface.camera_view import View
from installation.stage.bodies.bodies import FADE_IN_SECONDS
from installation.stage.bodies.body_styles import CharacterStyle
from installation.stage.bodies.characters import SkinnedCharacters
from installation.stage.bodies.model import CharacterModel, mannequin
from installation.stage.gl.glsl_source import STAGE_SHADERS
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.gl.target import RenderTarget
from installation.stage.graphics import SceneGraphics
from installation.stage.outputs.recorder import Recorder
from installation.stage.outputs.windows import standalone
from motion import rotation
from motion.body import Motion, joint_positions, transformed
from motion.formats.character import Character, crown_ratio, skin_matrices
from motion.retarget import motion_from_rig
from motion.take import Take

Array = NDArray[np.floating]
Advance = Callable[[float], None]

VISIBLE_HEIGHT_M = 2.05
"""Height of the visible space at FLOOR_POINT_M."""
VISIBLE_WIDTH_M = 2.3
"""Its width for each unit of the picture's aspect."""
FLOOR_POINT_M = np.array([0.0, 0.0, 3.2])
"""Where in the room the middle of the motion is placed."""
MANNEQUIN_CROWN = 1.14
"""Height of a mannequin relative to its highest joint."""
MAX_SCALE = 4.0
"""Greatest enlargement of a small character."""
ACCENT_COLOUR = (0.93, 0.36, 0.16)
DEFAULT_RATE = 30.0
"""Frames a second of footage without a frame rate."""
MAX_RATE = 60.0
"""Greatest frame rate of a preview."""


@dataclass(frozen=True)
class PreviewSubject:
    """A motion and the character that performs it."""

    motion: Motion
    character: Character | None = None
    """None for a mannequin with the body's proportions."""
    take: Take | None = None
    """The motion on the character's rig."""


@dataclass(frozen=True)
class PreviewSettings:
    """Size of a preview film and the footage beside the subject."""

    size: tuple[int, int]
    """Width and height, pixels."""
    source: str = ""
    """Film to show on the left; empty for none."""
    start_seconds: float = 0.0
    """Where in the film the motion begins."""
    speed: float = 1.0
    """How many times faster the film is shown."""


def subject_of_take(take: Take, character: Character) -> PreviewSubject:
    """A character with a take on its own rig."""
    return PreviewSubject(motion_from_rig(character.rig, take.positions_m, take.turns, take.rate), character, take)


class SubjectPanel:
    """One subject on a stage of its own, framed so that the whole motion is visible."""

    def __init__(
        self, programs: ShaderCache, size: tuple[int, int], subject: PreviewSubject, turned: bool = True
    ) -> None:
        """`turned` rotates the motion to face the viewer on average; else it is shown as from the wall."""
        aspect = size[0] / size[1]
        turn, shift, scale = _framing(subject, aspect, turned)
        self._motion = transformed(subject.motion, turn, shift, scale)
        self._frame = 0
        self._graphics = SceneGraphics(programs, (), size, 1)
        self._bodies = self._graphics.bodies()
        # Fully there from the first frame on, which shows no entrance.
        for step in (0.0, FADE_IN_SECONDS):
            self._bodies.show({0: self._motion.at(0)}, step)
        self._players = CharacterStyle(
            self._graphics, SkinnedCharacters(self._graphics, [self._model(subject, turn, shift, scale)])
        )
        self._view = View(aspect, mirror=False)
        self._canvas = self._graphics.target(kind="f1")
        self.aspect = aspect

    def _model(self, subject: PreviewSubject, turn: Array, shift: Array, scale: float) -> CharacterModel:
        if subject.character is None or subject.take is None:
            return mannequin()
        character, take = subject.character, subject.take
        places = scale * rotation.rotate(turn, take.positions_m) + shift
        turns = rotation.multiply(turn, take.turns)

        def pose(_: object) -> Array:
            matrices = skin_matrices(character, places[self._frame], turns[self._frame])[:, :3]
            joint = places[self._frame, character.joints]
            return np.concatenate(
                [scale * matrices[..., :3], (joint + scale * (matrices[..., 3] - joint))[..., None]], axis=-1
            )

        return CharacterModel("subject", character.meshes, len(character.joints), pose)

    def draw(self, t: float) -> RenderTarget:
        """The picture at `t` seconds of the motion, whose last frame stays."""
        step = 0.0 if t == 0.0 else 1.0 / self._motion.rate
        self._frame = min(round(t * self._motion.rate), len(self._motion) - 1)
        self._bodies.show({0: self._motion.at(self._frame)}, step)
        uniforms = {
            **self._view.uniforms,
            "time": t,
            "phase_240": t / 240.0 % 1.0,
            "dt": step,
            "frame": round(t * 60) % 64,
            "alone": 0.0,
            "accent": ACCENT_COLOUR,
            "weight": 1.0,
            "fray": 0.0,
            "half_life": 0.1,
            "glow": 0.0,
            "ground": 1.0,
        }
        self._players.draw(self._canvas, self._bodies, uniforms)
        return self._canvas

    def release(self) -> None:
        """Release the graphics resources."""
        self._graphics.release()


class FootagePanel:
    """Frames of a film at their own times."""

    def __init__(self, programs: ShaderCache, source: str, start_seconds: float, speed: float = 1.0) -> None:
        self._speed = speed
        self._reader = open_reader(source, DEFAULT_RATE, None)
        self._frames = iter(self._reader)
        self._next = next(self._frames, None)
        self._start_seconds = start_seconds
        self._first_time = self._next[0] if self._next else 0.0
        self._graphics = SceneGraphics(programs, (), (16, 16), 1)
        height, width = self._next[1].shape[:2] if self._next else (16, 16)
        self._target = self._graphics.target(size=(width, height), components=4, kind="f1")
        self.aspect = width / height

    def draw(self, t: float) -> RenderTarget:
        """The frame at `t` seconds after the motion began; the last one after the end of the film."""
        newest = None
        while (
            self._next is not None and self._next[0] - self._first_time <= self._start_seconds + self._speed * t + 1e-6
        ):
            newest, self._next = self._next[1], next(self._frames, None)
        if newest is not None:
            alpha = np.full((*newest.shape[:2], 1), 255, np.uint8)
            self._target.texture.write(np.concatenate([newest, alpha], axis=-1)[::-1].tobytes())
        return self._target

    def release(self) -> None:
        """Release the graphics resources."""
        self._reader.close()
        self._graphics.release()


def render_preview(path: Path, subjects: list[PreviewSubject], settings: PreviewSettings, advance: Advance) -> int:
    """Film one subject, or two side by side, until all motions have ended; return the number of frames.

    With `settings.source` that film stands on the left of the one subject. Ctrl-C ends the film early; the frames
    written so far play. Raises UserError.
    """
    context = standalone()
    shader_cache = ShaderCache(context)
    size = settings.size
    rate = min(subjects[-1].motion.rate, MAX_RATE)
    frames = max(1, round(max(len(subject.motion) / subject.motion.rate for subject in subjects) * rate))
    graphics = SceneGraphics(shader_cache, (STAGE_SHADERS,), size, 1)
    panels: list[SubjectPanel | FootagePanel] = []
    if settings.source:
        panels.append(FootagePanel(shader_cache, settings.source, settings.start_seconds, settings.speed))
    panel_size = size if len(subjects) + len(panels) == 1 else (size[0] // 2, size[1])
    panels += [SubjectPanel(shader_cache, panel_size, subject, not settings.source) for subject in subjects]
    canvas, side_by_side = graphics.target(kind="f1"), graphics.shader("beside.frag")
    done = 0
    recorder = Recorder(context, path, size, rate, keep_every_frame=True)
    try:
        for done in _counted(frames, advance):
            pictures = [panel.draw((done - 1) / rate) for panel in panels]
            if len(pictures) == 2:
                left, right = pictures
                side_by_side(canvas, one=left, other=right, shapes=(panels[0].aspect, panels[1].aspect))
                recorder.take(canvas, (done - 1) / rate)
            else:
                recorder.take(pictures[0], (done - 1) / rate)
    except KeyboardInterrupt:
        pass
    finally:
        recorder.close()
        for resource in (*panels, graphics, shader_cache):
            resource.release()
        context.release()
    return done


def _counted(frames: int, advance: Advance) -> Iterator[int]:
    for done in range(1, frames + 1):
        yield done
        advance(done / frames)


def _framing(subject: PreviewSubject, aspect: float, turned: bool) -> tuple[Array, Array, float]:
    """Rotation, shift and scale that bring the whole motion into the picture."""
    motion = subject.motion
    positions = joint_positions(motion.hips_m, motion.turns, motion.offsets_m)
    ahead = rotation.rotate(motion.turns[:, 0], np.array([0.0, 0.0, 1.0])).mean(axis=0)
    turn = rotation.from_axis_angle((0.0, 1.0, 0.0), turned * (np.pi - np.arctan2(ahead[0], ahead[2])))
    turned_positions = rotation.rotate(turn, positions)
    low, high = turned_positions.min(axis=(0, 1)), turned_positions.max(axis=(0, 1))
    at_rest = joint_positions(
        motion.offsets_m[0], np.tile(rotation.IDENTITY, (len(motion.offsets_m), 1)), motion.offsets_m
    )
    floor = float(np.percentile(turned_positions[..., 1].min(axis=1), 2.0) - at_rest[:, 1].min())
    crown = MANNEQUIN_CROWN if subject.character is None else crown_ratio(subject.character)
    height = (high[1] - floor) * crown
    width = float(high[0] - low[0] + (crown - 0.9) * height)
    scale = min(VISIBLE_HEIGHT_M / height, VISIBLE_WIDTH_M * aspect / width, MAX_SCALE)
    middle = 0.5 * (low + high)
    return turn, FLOOR_POINT_M - scale * np.array([middle[0], floor, middle[2]]), scale
