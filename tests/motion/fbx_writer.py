"""Writes ASCII FBX files of a figure, for tests: joints with pre-rotations, any up axis and unit, several takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.rig import Rig

Array = NDArray[np.floating]

TICKS = 46186158000
"""Time units of FBX a second."""
Z_UP = rotation.from_axis_angle((1.0, 0.0, 0.0), np.pi / 2.0)


@dataclass(frozen=True)
class Space:
    """Unit and up axis of a file."""

    unit_m: float = 0.01
    up: str = "Y"
    pre_turn: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Pre-rotation of every joint, degrees about X, then Y, then Z."""


def document(rig: Rig, takes: Mapping[str, tuple[Array, Array]], rate: float, space: Space) -> str:
    """A file of a rig whose rest rotations are none, for takes of positions (T, J, 3) and rotations (T, J, 4)."""
    objects, links = [], []
    turn = Z_UP if space.up == "Z" else rotation.IDENTITY
    pre = rotation.from_euler(np.radians(space.pre_turn[::-1]), "ZYX")
    # Every joint's own axes are turned by the pre-rotation in its parent's, so rest rotations accumulate.
    rest = _rest_turns(rig, pre, turn)
    for joint, name in enumerate(rig.names):
        parent = rig.parents[joint]
        place = _local(rig.positions_m, rest, rig.parents, joint, turn) / space.unit_m
        objects.append(_model(joint, name, place, space.pre_turn if parent >= 0 else _top(pre, turn)))
        links.append(f'\tC: "OO",{1000 + joint},{1000 + parent if parent >= 0 else 0}')
        links.append(f'\tC: "OO",{5000 + joint},{1000 + joint}')
    ident = 10000
    for name, (places, turns) in takes.items():
        stack, layer = ident, ident + 1
        ident += 2
        stop = round((len(places) - 1) / rate * TICKS)
        objects.append(_stack(stack, layer, name, stop))
        links.append(f'\tC: "OO",{layer},{stack}')
        world = rotation.multiply(rotation.multiply(turn, turns), rotation.multiply(rotation.conjugate(turn), rest))
        for joint, parent in enumerate(rig.parents):
            above = np.tile(rotation.IDENTITY, (len(places), 1)) if parent < 0 else world[:, parent]
            own_pre = pre if parent >= 0 else rotation.multiply(turn, pre)
            local = rotation.multiply(
                rotation.conjugate(own_pre), rotation.multiply(rotation.conjugate(above), world[:, joint])
            )
            degrees = np.degrees(np.unwrap(rotation.to_euler(local, "ZYX")[:, ::-1], axis=0))
            tracks = {"Lcl Rotation": ("R", degrees)}
            if parent < 0:
                tracks["Lcl Translation"] = ("T", rotation.rotate(turn, places[:, joint]) / space.unit_m)
            for prop, (letter, values) in tracks.items():
                text, more, ident = _curves(ident, layer, 1000 + joint, prop, letter, values, rate)
                objects.append(text)
                links += more
    axes = {"Y": (1, 2, 1), "Z": (2, 1, -1)}[space.up]
    head = HEADER.format(up=axes[0], front=axes[1], sign=axes[2], unit=space.unit_m * 100.0, rate=rate)
    return head + "Objects: {\n" + "".join(objects) + "}\nConnections: {\n" + "\n".join(links) + "\n}\n"


HEADER = """; FBX 7.4.0 project file
FBXHeaderExtension: {{
\tFBXHeaderVersion: 1003
\tFBXVersion: 7400
}}
GlobalSettings: {{
\tVersion: 1000
\tProperties70: {{
\t\tP: "UpAxis", "int", "Integer", "",{up}
\t\tP: "UpAxisSign", "int", "Integer", "",1
\t\tP: "FrontAxis", "int", "Integer", "",{front}
\t\tP: "FrontAxisSign", "int", "Integer", "",{sign}
\t\tP: "CoordAxis", "int", "Integer", "",0
\t\tP: "CoordAxisSign", "int", "Integer", "",1
\t\tP: "OriginalUpAxis", "int", "Integer", "",{up}
\t\tP: "OriginalUpAxisSign", "int", "Integer", "",1
\t\tP: "UnitScaleFactor", "double", "Number", "",{unit:g}
\t\tP: "OriginalUnitScaleFactor", "double", "Number", "",{unit:g}
\t\tP: "TimeMode", "enum", "", "",14
\t\tP: "CustomFrameRate", "double", "Number", "",{rate:g}
\t}}
}}
"""


def _top(pre: Array, turn: Array) -> tuple[float, float, float]:
    x, y, z = np.degrees(rotation.to_euler(rotation.multiply(turn, pre)[None], "ZYX")[0, ::-1]).tolist()
    return x, y, z


def _rest_turns(rig: Rig, pre: Array, turn: Array) -> Array:
    """(J, 4) rotations of the joints' axes at rest in the file's space."""
    found = np.empty((len(rig.names), 4))
    for joint, parent in enumerate(rig.parents):
        found[joint] = rotation.multiply(turn if parent < 0 else found[parent], pre)
    return found


def _local(places: Array, rest: Array, parents: Sequence[int], joint: int, turn: Array) -> Array:
    parent = parents[joint]
    if parent < 0:
        return rotation.rotate(turn, places[joint])
    return rotation.rotate(rotation.conjugate(rest[parent]), rotation.rotate(turn, places[joint] - places[parent]))


def _model(joint: int, name: str, place: Array, pre: Sequence[float]) -> str:
    return (
        f'\tNodeAttribute: {5000 + joint}, "NodeAttribute::", "LimbNode" {{\n\t\tTypeFlags: "Skeleton"\n\t}}\n'
        f'\tModel: {1000 + joint}, "Model::{name}", "LimbNode" {{\n\t\tVersion: 232\n\t\tProperties70: {{\n'
        '\t\t\tP: "RotationActive", "bool", "", "",1\n'
        f'\t\t\tP: "PreRotation", "Vector3D", "Vector", "",{_numbers(pre)}\n'
        f'\t\t\tP: "Lcl Translation", "Lcl Translation", "", "A",{_numbers(place)}\n'
        "\t\t}\n\t}\n"
    )


def _stack(stack: int, layer: int, name: str, stop: int) -> str:
    return (
        f'\tAnimationStack: {stack}, "AnimStack::{name}", "" {{\n\t\tProperties70: {{\n'
        '\t\t\tP: "LocalStart", "KTime", "Time", "",0\n\t\t\tP: "ReferenceStart", "KTime", "Time", "",0\n'
        f'\t\t\tP: "LocalStop", "KTime", "Time", "",{stop}\n\t\t\tP: "ReferenceStop", "KTime", "Time", "",{stop}\n'
        f'\t\t}}\n\t}}\n\tAnimationLayer: {layer}, "AnimLayer::{name}", "" {{\n\t}}\n'
    )


def _curves(
    ident: int, layer: int, model: int, prop: str, letter: str, values: Array, rate: float
) -> tuple[str, list[str], int]:
    node = ident
    text = f'\tAnimationCurveNode: {node}, "AnimCurveNode::{letter}", "" {{\n\t\tProperties70: {{\n'
    text += "".join(f'\t\t\tP: "d|{axis}", "Number", "", "A",0\n' for axis in "XYZ") + "\t\t}\n\t}\n"
    links = [f'\tC: "OO",{node},{layer}', f'\tC: "OP",{node},{model}, "{prop}"']
    times = ",".join(str(round(frame / rate * TICKS)) for frame in range(len(values)))
    for number, axis in enumerate("XYZ"):
        curve = node + 1 + number
        keys = ",".join(f"{value:.9g}" for value in values[:, number])
        text += (
            f'\tAnimationCurve: {curve}, "AnimCurve::", "" {{\n\t\tDefault: 0\n\t\tKeyVer: 4008\n'
            f"\t\tKeyTime: *{len(values)} {{\n\t\t\ta: {times}\n\t\t}}\n"
            f"\t\tKeyValueFloat: *{len(values)} {{\n\t\t\ta: {keys}\n\t\t}}\n"
            "\t\tKeyAttrFlags: *1 {\n\t\t\ta: 4\n\t\t}\n\t\tKeyAttrDataFloat: *4 {\n\t\t\ta: 0,0,0,0\n\t\t}\n"
            f"\t\tKeyAttrRefCount: *1 {{\n\t\t\ta: {len(values)}\n\t\t}}\n\t}}\n"
        )
        links.append(f'\tC: "OP",{curve},{node}, "d|{axis}"')
    return text, links, node + 4


def _numbers(values: Sequence[float] | Array) -> str:
    return ",".join(f"{float(value):.9g}" for value in values)
