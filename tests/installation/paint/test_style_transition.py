"""Styles and seeds pass one into the other in seconds or beats, as the knobs say."""

from __future__ import annotations

import numpy as np
import pytest

from installation.interface.painter_knobs import PainterSettings
from installation.interface.pulse import Pulse
from installation.paint.engines import painter
from installation.paint.engines.builtin import BuiltinEngine
from installation.paint.guide.noise import SeedBlend
from installation.paint.pictures.style import Style, slerp
from installation.paint.style_transition import SeedTransition, StyleMixer, TransitionClock

ONE, TWO = (("one", 1.0),), (("two", 1.0),)


@pytest.fixture(scope="module")
def own() -> BuiltinEngine:
    return BuiltinEngine(painter.tiny_painter())


def same(a: Style, b: Style) -> bool:
    return np.allclose(a.stroke, b.stroke, atol=1e-5) and np.allclose(a.palette, b.palette, atol=1e-5)


def test_another_style_comes_over_the_fade_and_stays(own: BuiltinEngine) -> None:
    mixer = StyleMixer(own)
    one, two = own.style("one"), own.style("two")
    assert same(mixer.step(PainterSettings(), ONE, "", 0.0), one)
    assert same(mixer.step(PainterSettings(), TWO, "", 0.5), slerp(one, two, 0.5))
    assert mixer.changed
    assert same(mixer.step(PainterSettings(), TWO, "", 0.5), two)
    mixer.step(PainterSettings(), TWO, "", 0.5)
    assert not mixer.changed


def test_a_fade_that_is_broken_off_goes_on_from_where_it_is(own: BuiltinEngine) -> None:
    mixer = StyleMixer(own)
    mixer.step(PainterSettings(), ONE, "", 0.0)
    halfway = mixer.step(PainterSettings(), TWO, "", 0.5)
    assert (
        same(mixer.step(PainterSettings(), ONE, "", 1e-4), halfway)
        or np.abs(mixer.current.stroke - halfway.stroke).max() < 1e-3
    )


def test_other_weights_of_the_same_styles_are_gone_to_in_steady_steps(own: BuiltinEngine) -> None:
    mixer = StyleMixer(own)
    one, two = own.style("one"), own.style("two")
    mixer.step(PainterSettings(), (("one", 1.0), ("two", 0.0)), "", 0.0)
    for wanted, share in ((0.4, 0.25), (0.45, 0.45), (0.45, 0.45)):
        mixer.step(PainterSettings(), (("one", 1.0 - wanted), ("two", wanted)), "", 0.25)
        assert same(mixer.current, own.blend([one, two], [1.0 - share, share]))
    assert not mixer.changed


def test_a_fader_is_followed_at_once(own: BuiltinEngine) -> None:
    mixer = StyleMixer(own)
    mixer.step(PainterSettings(), ONE, "", 0.0)
    mixed = mixer.step(PainterSettings(style_b="two", style_mix=0.0), ONE, "", 1.0)
    mixed = mixer.step(PainterSettings(style_b="two", style_mix=0.3), ONE, "", 0.01)
    assert same(mixed, slerp(own.style("one"), own.style("two"), 0.3))


def test_styles_are_blended_by_weight_and_the_palette_is_apart(own: BuiltinEngine) -> None:
    one, two, three = (own.style(name) for name in ("one", "two", "three"))
    blended = StyleMixer(own).step(PainterSettings(blend=(("two", 0.5),), palette="three"), ONE, "", 1.0)
    assert same(blended, own.blend([one, two], [1.0, 0.5]).with_palette(three))
    assert same(StyleMixer(own).step(PainterSettings(style="two"), ONE, "three", 1.0), two.with_palette(three))


def test_a_fader_is_of_the_style_whose_name_it_stands_for(own: BuiltinEngine) -> None:
    parts = own.painter
    named = BuiltinEngine(
        painter.NetworkPainter(parts._network, {"a": own.style("one"), "a b": own.style("two")}, parts.device)
    )
    blended = StyleMixer(named).step(PainterSettings(blend=(("a_b", 1.0),)), (("a", 1.0),), "", 1.0)
    assert same(blended, own.blend([own.style("one"), own.style("two")], [1.0, 1.0]))


def test_without_strength_it_is_the_mean_of_all_styles(own: BuiltinEngine) -> None:
    every = list(own.styles.values())
    assert same(StyleMixer(own).step(PainterSettings(strength=0.0), ONE, "", 1.0), own.blend(every, [1.0] * len(every)))


def test_an_unknown_style_is_told_and_the_first_one_painted_in(own: BuiltinEngine) -> None:
    mixer = StyleMixer(own)
    assert same(mixer.step(PainterSettings(), (("onne", 1.0),), "", 1.0), own.style("one"))
    assert "did you mean one" in mixer.note
    mixer.step(PainterSettings(), TWO, "", 1.0)
    assert not mixer.note


def test_a_fade_counts_seconds_or_beats() -> None:
    clock = TransitionClock()
    settings = PainterSettings(fade=4.0)
    clock.elapsed(settings, 1.0, Pulse(beat=10.0))
    assert clock.elapsed(settings, 2.0, Pulse(beat=12.0)) == pytest.approx(0.25)
    assert clock.elapsed(PainterSettings(fade=4.0, fade_in_beats=True), 3.0, Pulse(beat=14.0)) == pytest.approx(0.5)
    assert clock.elapsed(PainterSettings(fade=0.0), 3.1, Pulse(beat=14.1)) >= 1.0


def test_seeds_turn_between_whole_numbers_and_fade_to_those_further_off() -> None:
    seeds = SeedTransition()
    assert seeds.step(3.0, 0.0) == SeedBlend(3, 4, 0.0)
    assert seeds.step(3.25, 0.0) == SeedBlend(3, 4, 0.25)
    faded = seeds.step(77.0, 0.5)
    assert (faded.first, faded.second, faded.share) == (3, 77, 0.5)
    assert seeds.step(77.0, 0.5) == SeedBlend(77, 78, 0.0)
