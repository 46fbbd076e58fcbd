"""Figures of the composed scenes, each scene tried at several rates; contact sheets of what the eye made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from installation.core.errors import UserError
from installation.evaluate.eye.contact_sheet import ContactSheet
from installation.evaluate.eye.cut_outs import CutOutClip, load_clips, missing_files
from installation.evaluate.eye.scene_trial import SceneResult, try_scene
from installation.evaluate.eye.scenes import SCENES
from installation.evaluate.report import Figure

Advance = Callable[[float], None]
"""Gets the share of the work that is done, 0..1."""

RATES_HZ = (15.0, 30.0)
"""Pictures a second at which every scene is tried."""
LOADING_SHARE = 0.1
"""Share of the work that loading the clips is taken to be."""
MAX_LOST_SHARE = 0.05
MAX_IDENTITIES_PER_PERSON = 1.2
MAX_LOST_SPREAD = 1.2


def try_scenes(
    names: Sequence[str], material: Path | None, out: Path | None, advance: Advance
) -> tuple[list[Figure], dict[str, Any]]:
    """Figures of the scenes called `names`, or of all; and the results of each scene and rate for a JSON report.

    With `out`, writes a contact sheet of each. Where clips are missing, the only figure says so. Raises UserError for
    an unknown name.
    """
    if missing := missing_files(material):
        return [Figure(f"composed scenes: {', '.join(missing)} not there", None)], {}
    chosen = _chosen(names)
    needed = sorted({actor.clip for name in chosen for actor in SCENES[name].actors})
    clips = load_clips(needed, material, lambda share: advance(LOADING_SHARE * share))
    results: list[SceneResult] = []
    total = sum(SCENES[name].seconds for name in chosen) * sum(RATES_HZ)
    done = 0
    for name in chosen:
        for rate in RATES_HZ:
            results.append(_try_one(name, rate, clips, out))
            done += round(SCENES[name].seconds * rate)
            advance(LOADING_SHARE + (1.0 - LOADING_SHARE) * done / total)
    return figures_of(results), {"scenes": [_plain(result) for result in results]}


def sheet_paths(names: Sequence[str], out: Path) -> list[Path]:
    """The files that `try_scenes` writes. Raises UserError for an unknown name."""
    return [_sheet_path(name, rate, out) for name in _chosen(names) for rate in RATES_HZ]


def _sheet_path(name: str, rate: float, out: Path) -> Path:
    return out / f"{name}_{rate:.0f}.png"


def _chosen(names: Sequence[str]) -> list[str]:
    if unknown := [name for name in names if name not in SCENES]:
        raise UserError(f"--scene {unknown[0]}: no such scene; there are {', '.join(SCENES)}")
    return list(dict.fromkeys(names)) or list(SCENES)


def _try_one(name: str, rate: float, clips: Mapping[str, CutOutClip], out: Path | None) -> SceneResult:
    scene = SCENES[name]
    sheet = None if out is None else ContactSheet(scene.seconds)
    result = SceneResult(name, rate)
    for result, judged in try_scene(name, scene, clips, rate):
        if sheet is not None:
            sheet.add(judged, result)
    if sheet is not None and out is not None:
        sheet.write(_sheet_path(name, rate, out), f"{name}, {rate:.0f}/s: {scene.title}")
    return result


def figures_of(results: Sequence[SceneResult]) -> list[Figure]:
    """The figures over all results, then those of each scene."""
    return [*_overall(results), *_by_scene(results)]


def _overall(results: Sequence[SceneResult]) -> list[Figure]:
    judged = [r for r in results if SCENES[r.name].limits.lost_share is not None]
    frames = sum(person.frames for result in judged for person in result.people.values())
    lost = sum(person.lost for result in judged for person in result.people.values())
    figures = [
        Figure.at_most("scenes: outlines cut in a straight line", sum(r.cut_outlines for r in results), 0),
        Figure("scenes: outlines looked at", sum(r.outlines for r in results)),
        Figure.at_most(
            "scenes: landmarks of a lost visitor, extent at worst",
            round(max(r.largest_lost_spread for r in results), 4),  # landmarks are float32
            MAX_LOST_SPREAD,
            "of the last box",
        ),
    ]
    if frames:
        figures.append(
            Figure.at_most("scenes: visitor-frames lost in view", lost / frames, MAX_LOST_SHARE, "of frames")
        )
    for rate in dict.fromkeys(result.rate for result in results if result.people):
        at_rate = [result for result in results if result.rate == rate and result.people]
        identities = sum(len(result.identities) for result in at_rate)
        figures.append(
            Figure.at_most(
                f"scenes: identities created per person, {rate:.0f} pictures/s",
                identities / sum(len(result.people) for result in at_rate),
                MAX_IDENTITIES_PER_PERSON,
            )
        )
    figures.append(Figure.at_most("scenes: identities swapped", sum(r.swaps for r in results), 0))
    figures.append(
        Figure("scenes: visitors where there is no person", sum(r.false_seconds for r in results), "s in all")
    )
    return figures


def _by_scene(results: Sequence[SceneResult]) -> list[Figure]:
    """The figures for which a scene has a limit of its own, at the worse of the rates."""
    figures: list[Figure] = []
    for name in dict.fromkeys(result.name for result in results):
        limits, both = SCENES[name].limits, [result for result in results if result.name == name]
        shares = [share for result in both if (share := result.lost_share) is not None]
        if limits.lost_share is not None and shares:
            figures.append(Figure.at_most(f"{name}: lost in view", max(shares), limits.lost_share, "of frames"))
        if limits.all_right_share is not None:
            share = min(result.all_right / max(1, result.frames) for result in both)
            figures.append(Figure.at_least(f"{name}: all of them right", share, limits.all_right_share, "of frames"))
        if limits.max_identities is not None:
            count = max(len(result.identities) for result in both)
            figures.append(Figure.at_most(f"{name}: identities", count, limits.max_identities))
        if limits.false_after_seconds is not None:
            seconds = max(result.false_seconds for result in both)
            after = limits.false_after_seconds
            title = f"{name}: false visitors" + (f" after {after:.0f} s" if after else "")
            figures.append(Figure.at_most(title, seconds, 0.0, "s"))
    return figures


def _plain(result: SceneResult) -> dict[str, Any]:
    """A result as plain values."""
    plain = asdict(result) | {"identities": sorted(result.identities), "lost_share": result.lost_share}
    return plain | {"people": [asdict(person) for person in result.people.values()]}
