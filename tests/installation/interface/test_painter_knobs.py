"""Every knob of the painter can be put into the tree, and says what it is turned to."""

from __future__ import annotations

from installation.interface.knobs import Knobs
from installation.interface.painter_knobs import PREFIX, PainterSettings, fader, knobs, settings_of
from installation.paint.engines import weights
from installation.paint.engines import weights as header
from installation.paint.request import MIN_SIDE_PX, SIZE_MULTIPLE_PX, max_message_bytes, painting_size

STYLES = ("one", "two", "starry night")


def test_knobs_that_nobody_has_turned_say_the_defaults() -> None:
    tree = Knobs()
    tree.add(PREFIX, knobs(STYLES, steps=2))
    assert settings_of(tree.values) == PainterSettings(steps=2)
    assert settings_of({}) == PainterSettings()


def test_each_knob_turns_its_own_wish() -> None:
    tree = Knobs()
    tree.add(PREFIX, knobs(STYLES))
    tree.turn(f"{PREFIX}/style", "starry night")
    tree.turn(f"{PREFIX}/seed", 3.5)
    tree.turn(f"{PREFIX}/blend/two", 0.4)
    said = settings_of(tree.values)
    assert (said.style, said.seed, said.blend) == ("starry night", 3.5, (("two", 0.4),))


def test_a_style_whose_name_is_no_address_has_a_fader_all_the_same() -> None:
    tree = Knobs()
    tree.add(PREFIX, knobs(STYLES))
    tree.turn(f"{PREFIX}/blend/starry_night", 0.3)
    assert settings_of(tree.values).blend == ((fader("starry night"), 0.3),)


def test_paintings_have_the_canvas_shape_and_sides_that_networks_like() -> None:
    for aspect in (9 / 16, 1.0, 4 / 3, 16 / 9, 32 / 9):
        high, wide = painting_size(256, aspect)
        assert high % SIZE_MULTIPLE_PX == wide % SIZE_MULTIPLE_PX == 0
        assert min(high, wide) == 256
        assert abs(wide / high - aspect) < 0.07 * aspect
        assert max_message_bytes(256, aspect) > high * wide * 3
    assert min(painting_size(10, 1.5)) == MIN_SIDE_PX


def test_the_header_is_read_as_it_is_written() -> None:
    assert (header.BUNDLED_WEIGHTS, header.HEADER_KEY) == (weights.BUNDLED_WEIGHTS, weights.HEADER_KEY)
