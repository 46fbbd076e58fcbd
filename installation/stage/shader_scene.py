"""Shader scene: a scene that is one fragment shader; knobs, passes and cast stand in its header."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from installation.interface.dancer import Cast
from installation.interface.graphics import Graphics, PixelFormat, Target
from installation.interface.knobs import InvalidMessageError, Knob, Knobs, KnobValues, Value, coerce
from installation.interface.moment import Moment
from installation.interface.scene import Scene
from installation.stage.gl.glsl_source import GlslError, without_comments
from installation.stage.gl.isf_header import Header, Input, Pass, has_header, line_of, pixels, read_header

SHADER_SUFFIX = ".frag"
_WORDS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class ShaderScene(Scene):
    """What all scenes that are one fragment shader have in common."""

    file: ClassVar[Path]
    header: ClassVar[Header]

    def setup(self, graphics: Graphics) -> None:
        self.shader = graphics.shader(self.file.name)
        self.targets = {each.target: self._target(graphics, each) for each in self.header.passes if each.target}
        self.pictures = {name: graphics.image(path) for name, path in self.header.imported.items()}
        last = self.header.passes[-1].target if self.header.passes else ""
        self.shown = self.targets.get(last)
        self.show = graphics.shader("copy.frag") if self.shown is not None else None
        self.events: dict[str, bool] = {}

    def _target(self, graphics: Graphics, each: Pass) -> Target:
        kind: PixelFormat = "f4" if each.floating else "f2"
        if each.width == "$WIDTH" and each.height == "$HEIGHT":
            return graphics.target(kind=kind, dynamic_resolution=True)
        place = f"{self.file}:{each.line}: pass {each.target}"
        try:
            size = pixels(each.width, graphics.size), pixels(each.height, graphics.size)
        except ValueError as error:
            raise GlslError(f"{place}: {error}") from None
        try:
            return graphics.target(size=size, kind=kind)
        except Exception as error:  # whatever the driver raises
            raise GlslError(f"{place}: {size[0]} x {size[1]} pixels are too many for this machine") from error

    def draw(self, moment: Moment, knobs: KnobValues, canvas: Target) -> None:
        given = {each.name: self._value(each, knobs) for each in self.header.inputs if _is_built(each)}
        given |= self.targets | self.pictures
        for index, each in enumerate(self.header.passes):
            self.shader(self.targets.get(each.target, canvas), PASSINDEX=index, **given)
        if not self.header.passes:
            self.shader(canvas, **given)
        if self.show is not None:
            self.show(canvas, picture=self.shown)

    def _value(self, each: Input, knobs: KnobValues) -> Any:
        """The uniform of an input that is not a knob as it stands."""
        if each.type == "point2D":
            return getattr(knobs, f"{each.name}_x"), getattr(knobs, f"{each.name}_y")
        if each.type == "long" and each.values:
            choices = _choices(each)
            return each.values[choices.index(getattr(knobs, each.name))]
        if each.type == "event":
            now = bool(getattr(knobs, each.name))
            before, self.events[each.name] = self.events.get(each.name, False), now
            return now and not before
        return (*getattr(knobs, each.name), 1.0)


def _is_built(each: Input) -> bool:
    """Whether the uniform of an input is made from knobs: that of a whole number is its knob as it stands."""
    return each.type in ("point2D", "event", "color") or (each.type == "long" and bool(each.values))


def shader_scene(name: str, file: Path, text: str) -> type[Scene]:
    """The scene of a fragment shader's text; raises GlslError for what is wrong in its header, with the line."""
    header = read_header(text, file) or Header()
    words = frozenset(_WORDS.findall(without_comments(text)))
    knobs: list[Knob] = []
    for each in header.inputs:
        try:
            made = _knobs(each)
            Knobs().add(f"/scene/{name}", made)
        except (ValueError, OverflowError) as error:
            raise GlslError(f"{file}:{each.line}: {error}") from None
        knobs += made
    members: dict[str, Any] = {
        "__doc__": header.description or f"{name}.",
        "__module__": f"venue_scene_{name}",
        "file": file,
        "header": header,
        "knobs": tuple(knobs),
        "presets": _presets(header, knobs, file, text),
        "cast": Cast(**(header.cast or {})),
        "shows_camera": "camera" in words,
        "paints": "painting" in words,
    }
    return type(name.title().replace("_", ""), (ShaderScene,), members)


def shader_signature(text: str) -> str:
    """What of a shader's text makes its scene's class: the header, and whether it uses camera or painting."""
    words = _WORDS.findall(without_comments(text))
    header = text.partition("*/")[0] if has_header(text) else ""
    return f"{header} camera={'camera' in words} painting={'painting' in words}"


def _choices(each: Input) -> tuple[str, ...]:
    """The words of a "long" that has values."""
    return each.labels or tuple(str(value) for value in each.values)


def _knobs(each: Input) -> tuple[Knob, ...]:
    """The knobs of an input: none of a picture, two of a point. Raises ValueError where a value has no meaning."""
    name, label = each.name, each.label
    if each.type in ("bool", "event"):
        if each.default is not None and each.default not in (0, 1):
            raise ValueError(f"input {name}: DEFAULT should be true or false, not {each.default!r}")
        return (Knob(name, bool(each.default), help=label),)
    if each.type == "float":
        low, high = _number(each.low, 0.0, name), _number(each.high, 1.0, name)
        return (Knob(name, _number(each.default, low, name), low, high, label),)
    if each.type == "long" and each.values:
        choices = _choices(each)
        if each.default is not None and each.default not in each.values:
            raise ValueError(f"input {name}: DEFAULT should be one of VALUES, not {each.default!r}")
        chosen = each.values.index(each.default) if each.default is not None else 0
        return (Knob(name, choices[chosen], help=label, choices=choices),)
    if each.type == "long":
        low, high = _number(each.low, 0.0, name), _number(each.high, 10.0, name)
        return (Knob(name, round(_number(each.default, low, name)), low, high, label),)
    if each.type == "color":
        red, green, blue = _numbers(each.default, (1.0, 1.0, 1.0), name)
        return (Knob(name, (red, green, blue), help=label),)
    if each.type == "point2D":
        lows, highs = _numbers(each.low, (0.0, 0.0), name), _numbers(each.high, (1.0, 1.0), name)
        middles = _numbers(each.default, (0.5, 0.5), name)
        return tuple(
            Knob(f"{name}_{axis}", middle, low, high, label)
            for axis, middle, low, high in zip("xy", middles, lows, highs, strict=True)
        )
    return ()


def _number(value: Any, otherwise: float, name: str) -> float:
    if value is None:
        return otherwise
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise ValueError(f"input {name}: DEFAULT, MIN and MAX should be numbers, not {value!r}")
    return float(value)


def _numbers(value: Any, otherwise: tuple[float, ...], name: str) -> tuple[float, ...]:
    """As many numbers as `otherwise` has; a colour's fourth is left out."""
    if value is None:
        return otherwise
    if not isinstance(value, list) or len(value) < len(otherwise):
        raise ValueError(f"input {name}: should be a list of {len(otherwise)} numbers, not {value!r}")
    return tuple(_number(each, 0.0, name) for each in value[: len(otherwise)])


def _presets(header: Header, knobs: Sequence[Knob], file: Path, text: str) -> Mapping[str, Mapping[str, Value]]:
    """The presets of a header as values of knobs. Raises GlslError with the line of a preset that no knob can take."""
    inputs, by_name = {each.name: each for each in header.inputs}, {knob.name: knob for knob in knobs}
    presets: dict[str, Mapping[str, Value]] = {}
    for preset, values in (header.presets or {}).items():
        found: dict[str, Any] = {}
        for name, value in values.items():
            each = inputs.get(name)
            if each is not None and each.type == "point2D" and isinstance(value, list) and len(value) == 2:
                found |= {f"{name}_x": value[0], f"{name}_y": value[1]}
            elif each is not None and type(value) is int and value in each.values:
                found[name] = _choices(each)[each.values.index(value)]
            else:
                found[name] = tuple(value) if isinstance(value, list) else value
        for name, value in found.items():
            if reason := _unfit(by_name.get(name), value, by_name):
                raise GlslError(f"{file}:{line_of(text, preset)}: preset {preset}: {name} = {value!r}: {reason}")
        presets[preset] = found
    return presets


def _unfit(knob: Knob | None, value: Any, known: Iterable[str]) -> str:
    """Why a knob cannot have a value; empty where it can."""
    if knob is None:
        return f"there is no such input; there are {', '.join(known) or 'none'}"
    try:
        taken = coerce(knob, value)
    except (InvalidMessageError, OverflowError) as error:
        return str(error)
    if isinstance(taken, float) and taken != value:
        return f"should be in {knob.low:g}..{knob.high:g}"
    return ""
