"""A knob follows its signal within its range, as fast as it is told, and the same Moments give the same values."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from installation.control.modulation import HAND_SECONDS, RETURN_SECONDS, Modulation, is_signal, signal_docs
from installation.core.errors import UserError
from installation.interface.knobs import Knob, Knobs, Value
from installation.interface.moment import Moment
from installation.interface.pulse import Pulse
from installation.interface.sound import NO_BANDS, Sound, SoundBand
from installation.interface.visitor import State, crowd_of
from installation.venue.schema import ModulationSection
from tests.installation.people import visitor

SWELL = "/scene/tide/swell"


def tree() -> Knobs:
    knobs = Knobs()
    knobs.add(
        "/scene/tide",
        (
            Knob("swell", 0.5, 0.0, 2.0),
            Knob("boats", 3, 1, 9),
            Knob("night", False),
            Knob("mood", "calm", choices=("calm", "storm", "ebb")),
            Knob("tint", (1.0, 0.5, 0.0)),
        ),
    )
    return knobs


def follow(signal: str, knob: str = SWELL, **keys: Any) -> ModulationSection:
    return ModulationSection(knob=knob, signal=signal, **keys)


def moment(t: float = 0.0, step: float = 0.1, energy: float | None = None, **keys: Any) -> Moment:
    people = () if energy is None else (visitor(5, 1, energy=energy),)
    return Moment(t, 0, step, visitors=people, crowd=crowd_of(people), **keys)


def value(rule: ModulationSection, *moments: Moment) -> Value:
    """What the knob is after these Moments."""
    modulation, knobs = Modulation((rule,)), tree()
    values: dict[str, Value] = {}
    for one in moments:
        values = modulation.step(one, knobs)
    return values[rule.knob]


def test_a_visitor_s_energy_turns_a_knob_over_its_whole_range() -> None:
    rule = follow("visitor/1/energy")
    assert value(rule, moment(energy=0.25)) == pytest.approx(0.5)
    assert value(rule, moment(energy=7.0)) == 2.0
    assert value(rule, moment()) == 0.0


def test_span_low_high_and_curve_shape_the_way() -> None:
    assert value(follow("crowd/count", span=(0.0, 4.0)), moment(energy=0.1)) == pytest.approx(0.5)
    assert value(follow("visitor/1/energy", low=1.0, high=0.5), moment(energy=0.5)) == pytest.approx(0.75)
    assert value(follow("visitor/1/energy", curve=2.0), moment(energy=0.5)) == pytest.approx(0.5)
    assert value(follow("visitor/1/energy", high=99.0), moment(energy=1.0)) == 2.0


@pytest.mark.parametrize(
    ("knob", "quiet", "wild"),
    [
        ("boats", 1, 9),
        ("night", False, True),
        ("mood", "calm", "ebb"),
        ("tint", (0.0, 0.0, 0.0), (1.0, 0.5, 0.0)),
    ],
)
def test_every_kind_of_knob_can_follow(knob: str, quiet: Value, wild: Value) -> None:
    rule = follow("visitor/1/energy", f"/scene/tide/{knob}")
    assert value(rule, moment(energy=0.0)) == quiet
    assert value(rule, moment(energy=1.0)) == wild


def test_a_knob_follows_the_sound() -> None:
    bass = SoundBand(level=0.4, hit=0.75, time=12.25, presence=1.0)
    heard = moment(sound=Sound(level=0.5, bands=(bass, *NO_BANDS[1:]), onset=0.25, silent_seconds=5.0))
    for signal, part in (
        ("level", 0.5),
        ("bass", 0.4),
        ("bass_hit", 0.75),
        ("bass_phase", 0.25),
        ("bass_presence", 1.0),
        ("high", 0.0),
        ("onset", 0.25),
        ("silence", 0.5),
    ):
        assert value(follow(f"sound/{signal}"), heard) == pytest.approx(2.0 * part), signal
    with pytest.raises(UserError, match="'sound/treble' is no signal"):
        Modulation((follow("sound/treble"),))


def test_attack_and_release_go_nine_tenths_of_the_way_in_their_time() -> None:
    rule = follow("visitor/1/energy", attack=0.5, release=2.0, high=1.0)
    still, rising = moment(energy=0.0), [moment(energy=1.0, step=0.1)] * 5
    assert value(rule, still, *rising) == pytest.approx(0.9)
    falling = [moment(energy=0.0, step=0.1)] * 20
    assert value(rule, still, *rising, *falling) == pytest.approx(0.09)


def test_attack_does_not_depend_on_the_frame_rate() -> None:
    rule = follow("visitor/1/energy", attack=0.7)
    slow = value(rule, moment(energy=0.0), *[moment(energy=1.0, step=0.1)] * 6)
    fast = value(rule, moment(energy=0.0), *[moment(energy=1.0, step=0.01)] * 60)
    assert slow == pytest.approx(fast)


def test_a_visitor_who_left_is_no_signal() -> None:
    gone = Moment(0.0, 0, 0.1, visitors=(visitor(5, 1, energy=0.8, state=State.LEFT),))
    assert value(follow("visitor/1/energy"), gone) == 0.0


@pytest.mark.parametrize(
    ("wave", "quarters"),
    [
        ("sine", (0, 0.5, 1, 0.5)),
        ("triangle", (0, 0.5, 1, 0.5)),
        ("saw", (0, 0.25, 0.5, 0.75)),
        ("square", (1, 1, 0, 0)),
    ],
)
def test_oscillators_turn_in_hertz_and_in_beats(wave: str, quarters: tuple[float, ...]) -> None:
    for index, expected in enumerate(quarters):
        in_hertz = value(follow(f"lfo/{wave}", hertz=0.5, high=1.0), moment(t=10 + index * 0.5))
        beats = Pulse(beat=8.0 + index)
        in_beats = value(follow(f"lfo/{wave}", beats=4.0, high=1.0), moment(t=99.9, pulse=beats))
        assert in_hertz == pytest.approx(expected, abs=1e-9)
        assert in_beats == pytest.approx(expected, abs=1e-9)


def test_noise_is_smooth_within_range_and_repeats_with_the_seed() -> None:
    def walk(seed: int) -> list[float]:
        modulation, knobs = Modulation((follow("lfo/noise", hertz=1.0, high=1.0),)), tree()
        steps = (modulation.step(moment(t=frame / 60, seed=seed), knobs)[SWELL] for frame in range(600))
        return [float(step) for step in steps]  # type: ignore[arg-type]

    one = walk(1)
    assert one == walk(1)
    assert one != walk(2)
    assert 0 <= min(one) < 0.3 and 0.7 < max(one) <= 1
    assert max(abs(b - a) for a, b in itertools.pairwise(one)) < 0.05


def test_the_pulse_can_be_followed() -> None:
    beat = moment(pulse=Pulse(beat=3.25, bar=0.8125, confidence=0.5))
    assert value(follow("pulse/beat", high=1.0), beat) == pytest.approx(0.25)
    assert value(follow("pulse/bar", high=1.0), beat) == pytest.approx(0.8125)
    assert value(follow("pulse/confidence", high=1.0), beat) == pytest.approx(0.5)


def test_a_rule_for_a_knob_that_is_not_there_waits_for_it() -> None:
    modulation, knobs = Modulation((follow("crowd/energy", "/scene/loom/warp"),)), tree()
    assert modulation.step(moment(), knobs) == {}
    knobs.add("/scene/loom", (Knob("warp", 0.5),))
    assert modulation.step(moment(), knobs) == {"/scene/loom/warp": 0.0}


def test_an_unknown_signal_is_told_with_its_place_and_what_would_be_right() -> None:
    with pytest.raises(UserError, match=r"modulation\[1\]\.signal: 'visitor/0/energy'.*crowd/count"):
        Modulation((follow("crowd/energy"), follow("visitor/0/energy")))
    for name in ("", "lfo", "lfo/cosine", "visitor/x/energy", "visitor/1/mood", "pulse/beat/2", "signal/"):
        assert not is_signal(name)


def test_every_signal_in_the_table_is_known_and_can_be_read() -> None:
    for name, _ in signal_docs():
        signal = name.replace("SLOT", "1").replace("NAME", "fader")
        assert isinstance(value(follow(signal), moment(energy=0.5)), float)
        assert isinstance(value(follow(signal), moment()), float)


def test_a_hand_on_a_modulated_knob_is_obeyed_and_the_signal_returns_smoothly() -> None:
    knobs = Knobs()
    knobs.add("/scene/tide", (Knob("swell", 0.5, 0.0, 1.0),))
    modulation = Modulation((ModulationSection(knob="/scene/tide/swell", signal="signal/fader"),))
    modulation.osc_signals["fader"] = 1.0

    def value(t: float) -> float:
        found = modulation.step(Moment(t, 1, 0.02), knobs)["/scene/tide/swell"]
        assert isinstance(found, float)
        return found

    assert value(0.0) == 1.0
    knobs.turn("/scene/tide/swell", 0.2)
    assert value(1.0) == 0.2, "where the hand put it"
    assert value(1.0 + HAND_SECONDS) == 0.2
    returning = [value(1.0 + HAND_SECONDS + RETURN_SECONDS * step / 20) for step in range(21)]
    assert returning == sorted(returning) and returning[10] == pytest.approx(0.6) and returning[-1] == 1.0
    assert max(after - before for before, after in itertools.pairwise(returning)) < 0.07, "without a jump"


def test_a_hand_on_a_modulated_switch_holds_it_for_a_while() -> None:
    knobs = Knobs()
    knobs.add("/scene/tide", (Knob("lit", False),))
    modulation = Modulation((ModulationSection(knob="/scene/tide/lit", signal="signal/fader"),))
    assert modulation.step(Moment(0.0, 1, 0.02), knobs)["/scene/tide/lit"] is False
    knobs.turn("/scene/tide/lit", True)
    assert modulation.step(Moment(0.1, 1, 0.02), knobs)["/scene/tide/lit"] is True
    assert modulation.step(Moment(0.1 + HAND_SECONDS + RETURN_SECONDS, 1, 0.02), knobs)["/scene/tide/lit"] is False
