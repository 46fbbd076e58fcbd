"""Weather, a scene: an oil landscape whose weather follows the visitors' movement."""

from __future__ import annotations

from math import cos, exp, sin, tanh, tau
from typing import ClassVar

from installation.interface import (
    Cloud,
    Commission,
    Element,
    Graphics,
    Ground,
    Hills,
    Knob,
    KnobValues,
    Moment,
    Presets,
    Region,
    Scene,
    Target,
    Tone,
    Tree,
    time_of_day,
)

LANDS = {
    "coast": (("venice", "great wave", "moonlight", "shipwreck"), (0.70, 0.66, 0.56)),
    "country": (("mist", "meadow", "starry night", "composition"), (0.72, 0.60, 0.42)),
    "garden": (("mist", "orchard", "tapestry", "mosaic"), (0.74, 0.70, 0.60)),
}
"""The styles of mist, of a fair day, of night and of storm, and the colour of the primed canvas."""
HORIZON = 0.4
RIVER = tuple(
    (
        0.52 + 0.1 * sin(9.0 * t) * (1.0 - t) + side * (0.005 + 0.17 * (1.0 - t) ** 2.2),
        HORIZON - HORIZON * (1.0 - t) ** 1.5,
    )
    for side, way in ((-1.0, 1.0), (1.0, -1.0))
    for t in (0.5 + way * (n / 15.0 - 0.5) for n in range(16))
)
"""Both banks, there and back."""
WOOD = (0.735, 0.33, 0.13, -0.2), (0.79, 0.32, 0.20, -0.3), (0.87, 0.30, 0.30, -0.3), (0.95, 0.27, 0.36, -0.4)
"""Trees across the river: x, foot, height and light."""


class Weather(Scene):
    """Weather: nobody is painted, but whoever moves is the wind, and whoever dances a storm.

    A hand that is lifted leads the sun, or by night the moon; where bodies pass, the paint is still wet and goes with
    them. Who stands still before it brings mist. Trees sway with the bars, for which lightning waits as well. Loud bass
    gathers the storm and thunders in it, high notes are the rain. Left to itself the land has days and nights, and a
    storm now and then.
    """

    paints = True
    knobs = (
        Knob("land", "coast", help="Where it is, and who painted it there", choices=tuple(LANDS)),
        Knob("day", 6.0, 0.5, 60.0, help="From one morning to the next", unit="min"),
        Knob("temper", 1.0, 0.2, 3.0, help="How little movement is enough for a storm"),
        Knob("wind", 1.0, 0.0, 2.0, help="How far people take the wet paint along"),
        Knob("listen", 0.7, help="How much bass is a storm and its thunder, how much high notes are rain"),
        Knob("drying", 3.0, 0.3, 20.0, help="Until half of what they moved has crept back", unit="s"),
        Knob("relief", 1.0, 0.0, 2.0, help="How thick the paint lies"),
        Knob("weave", 0.7, 0.0, 2.0, help="How coarse the linen is"),
        Knob("varnish", 0.5, help="From dull and fresh to golden and glossy"),
    )

    presets: ClassVar[Presets] = {
        "coast": {"land": "coast", "temper": 1.0, "wind": 1.0, "drying": 3.0, "relief": 1.0, "varnish": 0.5},
        "country": {"land": "country", "temper": 0.6, "wind": 0.6, "drying": 7.0, "relief": 1.3, "varnish": 0.8},
        "gale": {"land": "garden", "temper": 2.6, "wind": 2.0, "drying": 1.2, "relief": 1.35, "varnish": 0.2},
    }

    @classmethod
    def commission(cls, moment: Moment, knobs: KnobValues) -> Commission:
        day, storm, calm, _ = sky(moment, knobs)
        night = (1.0 - storm) * (1.0 - time_of_day.light(day))
        shares = (1.0 - storm - night) * calm, (1.0 - storm - night) * (1.0 - calm), night, storm
        styles = tuple((name, round(share, 2)) for name, share in zip(LANDS[knobs.land][0], shares, strict=True))
        return Commission(visitors=False, elements=landscape(moment, knobs), styles=styles)

    def setup(self, graphics: Graphics) -> None:
        self.visitors, self.oil = graphics.visitors, graphics.oil("weather_lay.frag")
        self.push, self.blow = graphics.target(size=self.visitors.flow.size), graphics.shader("weather_push.frag")

    def draw(self, moment: Moment, knobs: KnobValues, canvas: Target) -> None:
        day, storm, calm, _ = sky(moment, knobs)
        thunder = 0.4 * knobs.listen * moment.sound.bass.hit
        given = {
            "push": self.push,
            "flow": self.visitors.flow,
            "dt": moment.step,
            "wind": knobs.wind,
            "calm": calm,
            "half_life": knobs.drying,
            "primed": LANDS[knobs.land][1],
            "horizon": HORIZON,
            "sun": sun(moment, day),
            "light": 0.3 + 0.7 * time_of_day.light(day),
            "storm": storm,
            "flash": storm**3 * exp(-9.0 * (moment.pulse.bar % 4.0)) + storm * thunder,
            "drizzle": knobs.listen * moment.sound.high.level,
            "gust": 0.22 * knobs.listen * (moment.sound.bass.hit - 0.3 * moment.sound.high_mid.hit),
        }
        self.blow(self.push, **given)
        self.oil.draw(canvas, moment, knobs.relief, knobs.weave, knobs.varnish, **given)


def sky(moment: Moment, knobs: KnobValues) -> tuple[float, float, float, float]:
    """The hour in parts of a day, storm and mist, 0..1, and wind, -1 to the left .. 1: people's, or in time its own."""
    time, weights = moment.time, [1.0 - exp(v.born - moment.time) for v in moment.visitors]
    here = min(sum(weights), 1.0)
    lively, drift = (
        sum(w * value for w, value in zip(weights, values, strict=True)) / max(sum(weights), 1e-6)
        for values in ([v.energy for v in moment.visitors], [float(v.velocity_m[0]) for v in moment.visitors])
    )
    storm, mist = max(0.0, sin(tau * moment.phase(300))) ** 12, 0.5 - 0.5 * cos(tau * moment.phase(200))
    storm += here * (min(1.0, (knobs.temper * lively / 0.8) ** 3) - storm)
    mist += here * (max(0.0, 1.0 - 3.0 * knobs.temper * lively) - mist)
    storm += (1.0 - storm) * 0.75 * knobs.listen * moment.sound.bass.presence * moment.sound.bass.level**2
    mist *= 1.0 - knobs.listen * moment.sound.presence
    return time / (60.0 * knobs.day) + 0.44, storm, (1.0 - storm) * mist, here * tanh(drift / 0.6)


def sun(moment: Moment, day: float) -> tuple[float, float]:
    """Place of sun or moon on the canvas: by the hour, drawn to the highest hand as far as that is lifted."""
    x, y = time_of_day.place(day, HORIZON)
    hands = [(v.hands[side], v.landmarks_screen[15 + side]) for v in moment.visitors for side in (0, 1)]
    lifted, there = max(hands, key=lambda hand: hand[0], default=(0.0, (x, y)))
    share = min(max(2.0 * lifted - 0.6, 0.0), 1.0)
    return x + share * (float(there[0]) - x), y + share * (max(float(there[1]), HORIZON + 0.12) - y)


def landscape(moment: Moment, knobs: KnobValues) -> tuple[Element, ...]:
    """The elements of the painted landscape."""
    time, (day, storm, calm, wind) = moment.time, sky(moment, knobs)

    def tone(light: float, green: float, yellow: float) -> Tone:
        return time_of_day.lit((light - 0.3 * storm, green * (1.0 - storm), yellow * (1.0 - storm)), day)

    def cloud(x: float, y: float, seconds: float, wide: float, high: float) -> Cloud:
        place = (x + time / seconds) % 2.0 - 0.5 + 0.1 * wind
        grey = time_of_day.lit((0.85 - 1.2 * storm, 0.0, 0.0), day)
        return Cloud(place, y - 0.04 * storm, wide, high * (1.0 + storm), grey, 0.75 + 0.25 * storm)

    sway = (0.006 + 0.02 * storm) * sin(tau * moment.pulse.bar / 6.0)
    sway += 0.03 * knobs.listen * moment.sound.low_mid.level * sin(tau * moment.sound.low_mid.time)
    mist, lean = time_of_day.lit((0.75, 0.0, 0.05), day), 0.06 * wind + sway
    return (
        time_of_day.sky(day, storm),
        time_of_day.disc(day, *sun(moment, day)),
        cloud(0.75, 0.84, 225.0, 0.7, 0.13),
        cloud(1.4, 0.70, 360.0, 0.5, 0.10),
        cloud(0.3, 0.66, 450.0, 0.6, 0.08),
        Hills(HORIZON + 0.11, 0.20, 1.5, 5, time / 900.0, tone(-0.05, -0.08, -0.25), 400.0),
        Cloud(0.35, HORIZON + 0.02, 1.6, 0.10, mist, 0.95 * calm, 350.0),
        Hills(HORIZON + 0.02, 0.11, 0.8, 17, time / 600.0, tone(-0.25, -0.25, 0.1), 250.0),
        Ground(HORIZON, tone(0.1, -0.2, 0.3), tone(0.4, -0.1, 0.15)),
        Region(RIVER, tone(0.55, -0.05, -0.2), 0.014, 100.0),
        *(
            Tree(x, foot, high, 0.8 * high, 0.3 * lean, tone(light, -0.3, 0.2), distance=60.0 * foot)
            for x, foot, high, light in WOOD
        ),
        Hills(0.055, 0.08, 1.7, 31, 0.0, tone(-0.25, -0.2, 0.3), 12.0),
        Tree(0.09, 0.06, 0.86, 0.46, lean, tone(-0.5, -0.3, 0.25), distance=10.0),
    )
