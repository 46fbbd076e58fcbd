"""Pictures of what was measured of the dancer: a sheet of motion, and curves."""

from __future__ import annotations

from pathlib import Path

from installation.evaluate.dance.dancer import Study
from motion.dancer.evaluate import motion_strip, prediction
from motion.dancer.evaluate.bar_chart import bar_chart
from motion.learning.plots import Panel, draw_plots


def pictures(of: Study, folder: Path) -> list[Path]:
    """Write what there is to be drawn into a folder that is there: motion, answer, ahead and alone, each a PNG."""
    drawn = {}
    if of.rows:
        drawn["motion"] = motion_strip.motion_strip(of.rows)
        drawn["answer"] = bar_chart(
            "Beat F1 with the partner; mean over couples and 95 % of the bootstrap over them", of.f1
        )
    if of.errors:
        times = [1e3 * s for s in prediction.HORIZONS_SECONDS]
        curves = {
            name.replace(" velocity", ""): (times, values.tolist())
            for name, values in of.errors.items()
            if not name.endswith("lifted")
        }
        panel = Panel("distance of 14 joints from where they then are, mm", curves)
        drawn["ahead"] = draw_plots("Looking ahead through 2 cm of noise", [panel], "ms", (960, 420))
    if of.lonely is not None:
        minutes = [n + 1.0 for n in range(len(of.lonely.skate))]
        panels = [
            Panel(
                f"{name}, {unit}",
                {
                    "mean of all": (minutes, values.mean(axis=1).tolist()),
                    "least": (minutes, values.min(axis=1).tolist()),
                    "most": (minutes, values.max(axis=1).tolist()),
                },
            )
            for name, unit, values in (
                ("foot skate", "m/s", of.lonely.skate), ("energy", "m/s", of.lonely.energy),
                ("diversity", "of kinetic features", of.lonely.diversity),
                ("contact", "share of frames", of.lonely.contact),
            )
        ]  # fmt: skip
        drawn["alone"] = draw_plots("Minutes alone", panels, "minutes", (960, 220))
    for name, picture in drawn.items():
        picture.save(folder / f"{name}.png", optimize=True)
    return [folder / f"{name}.png" for name in drawn]
