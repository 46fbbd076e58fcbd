"""Clips to measure with: a folder that the user names, the one beside the checkout, or what packages bring."""

from __future__ import annotations

from pathlib import Path

from installation.core.downloads import AssetError, path_of
from installation.core.errors import Trouble

BESIDE = Path(__file__).parents[3] / "shared"
"""Where a checkout finds clips, motions and labels that the project does not carry itself."""


def folder(material: Path | None) -> Path | None:
    """The folder of material that is there: the named one, else the one beside the checkout.

    Raises Trouble where the named one is none.
    """
    if material is not None and not material.is_dir():
        raise Trouble(f"{material}: not a folder; --material names one with clips of people")
    chosen = material or BESIDE
    return chosen if chosen.is_dir() else None


def clip(name: str, material: Path | None) -> Path | None:
    """The clip called `name`, such as "composite_4persons.mp4" or "pose2sim_multi/cam01.mp4"; None when not there."""
    root = folder(material)
    for place in (root / "media" / "video", root / "video", root) if root else ():
        if (place / name).is_file():
            return place / name
    return None


PEOPLE = ("composite_4persons.mp4", "tfjs_dancer_crop.mp4", "tfjs_pose_squats.mp4", "sports2d_demo_1person.mp4")
"""Clips of people, one and several."""


def people(material: Path | None) -> list[Path]:
    """Those of PEOPLE that are there."""
    return [found for name in PEOPLE if (found := clip(name, material)) is not None]


def one_person(material: Path | None) -> Path | None:
    """A clip of one person: the dancer, else the demo film that `visitant setup` brings."""
    try:
        return clip("tfjs_dancer_crop.mp4", material) or path_of("demo.mp4")
    except AssetError:
        return None


def four_people(material: Path | None) -> Path | None:
    """A clip of four people side by side, if there is one."""
    return clip("composite_4persons.mp4", material)
