"""Clips for evaluation: in a folder that the user names, beside the checkout, or downloaded by setup."""

from __future__ import annotations

from pathlib import Path

from installation.core.downloads import AssetError, path_of
from installation.core.errors import UserError

SHARED_FOLDER = Path(__file__).parents[3] / "shared"
"""Where a checkout finds clips, motions and labels that the project does not contain."""
PEOPLE_CLIPS = ("composite_4persons.mp4", "tfjs_dancer_crop.mp4", "tfjs_pose_squats.mp4", "sports2d_demo_1person.mp4")
"""Clips of people, one and several."""


def material_folder(material: Path | None) -> Path | None:
    """The folder of material: `material` if given, else SHARED_FOLDER if that exists, else None.

    Raises UserError where `material` is no folder.
    """
    if material is not None and not material.is_dir():
        raise UserError(f"{material}: not a folder; --material names one with clips of people")
    chosen = material or SHARED_FOLDER
    return chosen if chosen.is_dir() else None


def find_clip(name: str, material: Path | None) -> Path | None:
    """The clip called `name`, such as "composite_4persons.mp4" or "pose2sim_multi/cam01.mp4"; None when missing."""
    root = material_folder(material)
    for place in (root / "media" / "video", root / "video", root) if root else ():
        if (place / name).is_file():
            return place / name
    return None


def people_clips(material: Path | None) -> list[Path]:
    """Those of PEOPLE_CLIPS that exist."""
    return [found for name in PEOPLE_CLIPS if (found := find_clip(name, material)) is not None]


def one_person_clip(material: Path | None) -> Path | None:
    """A clip of one person: the dancer, else the demo film that `visitant setup` downloads, else None."""
    try:
        return find_clip("tfjs_dancer_crop.mp4", material) or path_of("demo.mp4")
    except AssetError:
        return None


def four_people_clip(material: Path | None) -> Path | None:
    """The clip of four people side by side; None when missing."""
    return find_clip("composite_4persons.mp4", material)
