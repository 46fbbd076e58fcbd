"""Plots of the dancer's evaluation: a motion strip, a bar chart and curves."""

from __future__ import annotations

from pathlib import Path

from installation.evaluate.dance.dancer import DancerEvaluation
from motion.dancer.evaluate import motion_strip, prediction
from motion.dancer.evaluate.bar_chart import bar_chart
from motion.learning.plots import Panel, draw_plots


def draw_pictures(evaluation: DancerEvaluation, folder: Path) -> list[Path]:
    """Write a PNG of each result into an existing folder: motion, answer, gestures, ahead and alone; the paths."""
    drawn = {}
    if evaluation.rollouts:
        drawn["motion"] = motion_strip.motion_strip(evaluation.rollouts)
        drawn["answer"] = bar_chart(
            "Beat F1 with the partner; mean over couples and 95 % of the bootstrap over them", evaluation.beat_f1
        )
    if evaluation.gestures:
        drawn["gestures"] = motion_strip.answer_sheet(evaluation.gestures)
    if evaluation.prediction_errors:
        times = [1e3 * s for s in prediction.HORIZONS_SECONDS]
        curves = {
            name.replace(" velocity", ""): (times, values.tolist())
            for name, values in evaluation.prediction_errors.items()
            if not name.endswith("lifted")
        }
        panel = Panel("distance of 14 joints from where they then are, mm", curves)
        drawn["ahead"] = draw_plots("Looking ahead through 2 cm of noise", [panel], "ms", (960, 420))
    if evaluation.alone is not None:
        minutes = [n + 1.0 for n in range(len(evaluation.alone.skate))]
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
                ("foot skate", "m/s", evaluation.alone.skate),
                ("energy", "m/s", evaluation.alone.energy),
                ("diversity", "of kinetic features", evaluation.alone.diversity),
                ("contact", "share of frames", evaluation.alone.contact),
            )
        ]
        drawn["alone"] = draw_plots("Minutes alone", panels, "minutes", (960, 220))
    for name, picture in drawn.items():
        picture.save(folder / f"{name}.png", optimize=True)
    return [folder / f"{name}.png" for name in drawn]
