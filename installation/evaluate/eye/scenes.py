"""The composed scenes by which the eye is measured, by name."""

from __future__ import annotations

from installation.evaluate.eye.composer import SIZE_PX, Actor, ComposedScene, Effects, Key, Limits

OTHER_CLOTHES = (2, 0, 1)
"""Channels that give the same person clothes of another colour."""
THIRD_CLOTHES = (1, 2, 0)


def _at(x: float, height: float = 0.7, y: float = 0.93) -> tuple[Key, ...]:
    """A person who stays in one place."""
    return (Key(0.0, x, y, height),)


def _frozen(at: float) -> tuple[tuple[float, float], ...]:
    """Clip times of a person, or a picture of one, who stays as the clip is `at` this time."""
    return ((0.0, at),)


_ARMS = tuple((0.7 * count, 0.7 * (count % 2)) for count in range(14))
"""Clip times of "squats" in which only the arms go up and down."""
_DANCER = Actor("dancer", _at(0.5))
_WALL = (0.3, 0.08, 0.72, 0.6)
"""Where a projection falls on the wall."""
_ON_WALL = [[0.29, 0.06], [0.73, 0.06], [0.73, 0.62], [0.29, 0.62]]
"""The same with a margin, as a polygon of camera.ignore."""

SCENES: dict[str, ComposedScene] = {
    "six": ComposedScene(
        "six people side by side",
        7.0,
        (
            Actor("squats", _at(0.08, 0.6)),
            Actor("juggler", _at(0.25, 0.62, 0.95), ((0.0, 1.0), (100.0, 101.0))),
            Actor("dancer", _at(0.42, 0.6, 0.9)),
            Actor("jacks", _at(0.58, 0.6, 0.94)),
            Actor("athlete", _at(0.75, 0.58, 0.92), ((0.0, 0.5), (100.0, 60.5)), colours=OTHER_CLOTHES),
            Actor("squats", _at(0.92, 0.62), ((0.0, 2.5), (100.0, 102.5)), mirrored=True, colours=THIRD_CLOTHES),
        ),
        limits=Limits(all_right_share=0.95, max_identities=6),
    ),
    "crossing": ComposedScene(
        "two people in different clothes cross",
        7.0,
        (
            Actor("squats", (Key(0.0, 0.2), Key(1.5, 0.2), Key(5.5, 0.8), Key(7.0, 0.8))),
            Actor("walker", (Key(0.0, 0.95, 0.97, 0.74), Key(6.0, 0.05, 0.97, 0.74), Key(7.0, 0.05, 0.97, 0.74))),
        ),
        limits=Limits(lost_share=0.02, max_identities=2),
    ),
    "twins": ComposedScene(
        "twins in the same clothes cross",
        6.0,
        (
            Actor("walker", (Key(0.0, 0.12), Key(6.0, 0.9)), mirrored=True),
            Actor("walker", (Key(0.0, 0.88, 0.97, 0.73), Key(6.0, 0.1, 0.97, 0.73)), ((0.0, 1.7), (100.0, 101.7))),
        ),
        limits=Limits(max_identities=2),
    ),
    "pillar": ComposedScene(
        "hidden behind a pillar for 1.5 s",
        6.5,
        (Actor("walker", (Key(0.0, 0.9), Key(1.0, 0.9), Key(5.25, 0.05), Key(6.5, 0.05))),),
        # A fifth of the width a second; less than 0.6 of the body, which is 0.19 wide, is seen for 1.5 s.
        occluders=((0.33, 0.0, 0.67, 1.0),),
        limits=Limits(max_identities=1),
    ),
    "close": ComposedScene(
        "at arm's length, seen from behind and the side",
        6.0,
        (Actor("back", (Key(0.0, 0.35, 2.0, 1.9), Key(3.0, 0.62, 2.0, 1.9), Key(6.0, 0.45, 2.0, 1.9))),),
        limits=Limits(max_identities=1),
    ),
    "arms": ComposedScene(
        "only the arms move",
        8.0,
        (Actor("squats", _at(0.5), _ARMS),),
        limits=Limits(max_identities=1),
    ),
    "still": ComposedScene(
        "stands still, breathing, when the show starts; dances after 8 s",
        11.0,
        (Actor("dancer", _at(0.5), ((0.0, 2.4), (8.0, 2.4), (11.0, 5.4)), breath=0.01),),
        limits=Limits(max_identities=1),
    ),
    "statue": ComposedScene(
        "a statue begins to move after 5 s",
        9.0,
        (Actor("dancer", _at(0.5), ((0.0, 2.4), (5.0, 2.4), (9.0, 6.4))),),
        judged_from=6.0,
        limits=Limits(max_identities=1),
    ),
    "cartwheel": ComposedScene(
        "two cartwheels",
        6.0,
        (
            Actor(
                "athlete",
                (
                    Key(0.0, 0.25),
                    Key(1.5, 0.25),
                    Key(2.7, 0.7, angle=-360.0),
                    Key(3.5, 0.7, angle=-360.0),
                    Key(4.7, 0.25, angle=0.0),
                    Key(6.0, 0.25, angle=0.0),
                ),
                ((0.0, 0.0), (1.5, 1.2), (6.0, 1.3)),
            ),
        ),
        limits=Limits(max_identities=1),
    ),
    "backflip": ComposedScene(
        "a back flip that leaps",
        5.0,
        (
            Actor(
                "athlete",
                (
                    Key(0.0, 0.35, 0.95, 0.6),
                    Key(2.0, 0.35, 0.95, 0.6),
                    Key(2.4, 0.47, 0.72, 0.6, 180.0),
                    Key(2.8, 0.6, 0.95, 0.6, 360.0),
                    Key(5.0, 0.6, 0.95, 0.6, 360.0),
                ),
            ),
        ),
        limits=Limits(max_identities=1),
    ),
    "jumping": ComposedScene(
        "two people jump high, side by side",
        6.0,
        (
            Actor("dancer", _at(0.4, 0.55, 0.97), bounce=(0.3, 1.3)),
            Actor("squats", _at(0.6, 0.5, 0.97), bounce=(0.34, 1.1)),
        ),
        limits=Limits(max_identities=2),
    ),
    "poster": ComposedScene(
        "a poster of a person, and a visitor who passes it",
        9.0,
        (
            Actor("squats", _at(0.3, 0.55, 0.68), _frozen(0.0), is_person=False),
            Actor("walker", (Key(0.0, 1.2), Key(1.0, 1.2), Key(8.0, -0.2), Key(9.0, -0.2))),
        ),
        frames=((0.2, 0.06, 0.4, 0.7),),
        limits=Limits(false_after_seconds=1.0),
    ),
    "empty": ComposedScene(
        "an empty room with noise and flicker",
        8.0,
        effects=Effects(noise=6.0, flicker=0.06),
        limits=Limits(lost_share=None, max_identities=0, false_after_seconds=0.0),
    ),
    "hands": ComposedScene(
        "a body without a head, and its hands over a table",
        9.0,
        (Actor("squats", (Key(0.0, 0.5, 1.6, 1.9), Key(4.0, 0.55, 1.6, 1.9), Key(9.0, 0.47, 1.6, 1.9)), _ARMS),),
        occluders=((0.0, 0.74, 1.0, 1.0),),
        limits=Limits(lost_share=None, max_identities=1),
    ),
    "portrait": ComposedScene(
        "a camera mounted upright",
        5.0,
        (Actor("dancer", _at(0.35, 0.5, 0.9)), Actor("squats", _at(0.72, 0.48, 0.88))),
        size_px=(540, 960),
        turn=1,
        camera={"rotate": 90},
        limits=Limits(max_identities=2),
    ),
    "fisheye": ComposedScene(
        "a fish-eye lens, straightened, with people at its sides",
        5.0,
        (
            Actor("squats", _at(0.1, 0.55, 0.9)),
            Actor("dancer", _at(0.5, 0.6, 0.9)),
            Actor("juggler", _at(0.9, 0.55, 0.9), ((0.0, 1.0), (100.0, 101.0))),
        ),
        fisheye=(150.0, 100.0),
        camera={
            "fisheye": [0.0, 0.0, 0.0, 0.0],
            "intrinsics": [57.296 / 150.0, 57.296 / 150.0 * SIZE_PX[0] / SIZE_PX[1], 0.5, 0.5],
            "field_of_view": 100.0,
        },
        limits=Limits(max_identities=3),
    ),
    "projection": ComposedScene(
        "the projection in view, left out by camera.ignore",
        7.0,
        (
            Actor("dancer", _at(0.4, 0.46, 0.58), colours=OTHER_CLOTHES, is_person=False),
            Actor("athlete", _at(0.52, 0.44, 0.58), colours=THIRD_CLOTHES, mirrored=True, is_person=False),
            Actor("squats", _at(0.63, 0.44, 0.58), colours=OTHER_CLOTHES, is_person=False),
            Actor("squats", _at(0.14, 0.75, 0.96)),
        ),
        frames=(_WALL,),
        camera={"ignore": [_ON_WALL]},
        limits=Limits(max_identities=1, false_after_seconds=0.0),
    ),
    "dark": ComposedScene(
        "a tenth of the light",
        6.0,
        (_DANCER,),
        effects=Effects(brightness=0.1, noise=1.0),
        limits=Limits(max_identities=1),
    ),
    "coloured": ComposedScene(
        "light of changing colour",
        6.0,
        (_DANCER, Actor("juggler", _at(0.2), ((0.0, 1.0), (100.0, 101.0)))),
        effects=Effects(coloured=0.85),
        limits=Limits(max_identities=2),
    ),
    "trembling": ComposedScene(
        "a camera that trembles",
        6.0,
        (_DANCER, Actor("squats", _at(0.75))),
        effects=Effects(tremble_px=5.0),
        limits=Limits(max_identities=2),
    ),
    "infrared": ComposedScene(
        "an infrared camera: grey, dull and noisy, with skin and clothes alike bright",
        6.0,
        (_DANCER, Actor("squats", _at(0.2)), Actor("juggler", _at(0.8), ((0.0, 1.0), (100.0, 101.0)))),
        effects=Effects(noise=14.0, infrared=True, contrast=0.4),
        limits=Limits(max_identities=3),
    ),
    "small": ComposedScene(
        "a picture of 320 x 240 pixels",
        6.0,
        (_DANCER, Actor("walker", (Key(0.0, 0.95, 0.97, 0.66), Key(6.0, 0.05, 0.97, 0.66)))),
        size_px=(320, 240),
        limits=Limits(max_identities=2),
    ),
    "lying": ComposedScene(
        "lies on the floor when the show starts, and moves",
        6.0,
        (Actor("squats", (Key(0.0, 0.5, 1.2, 0.7, 90.0),)),),
        limits=Limits(max_identities=1),
    ),
    "lies_down": ComposedScene(
        "lies down, rests breathing for 4 s, and stands up",
        9.0,
        (
            Actor(
                "dancer",
                (
                    Key(0.0, 0.45),
                    Key(1.5, 0.45),
                    Key(2.5, 0.5, 1.2, 0.7, -90.0),
                    Key(6.5, 0.5, 1.2, 0.7, -90.0),
                    Key(7.5, 0.45),
                ),
                ((0.0, 0.0), (2.5, 2.5), (6.5, 2.5), (9.0, 5.0)),
                breath=0.01,
            ),
        ),
        limits=Limits(max_identities=1),
    ),
    "child": ComposedScene(
        "a child of half the height walks past a grown-up",
        7.0,
        (
            Actor("squats", _at(0.5)),
            Actor("walker", (Key(0.0, 0.05, 0.95, 0.34), Key(7.0, 0.95, 0.95, 0.34)), mirrored=True),
        ),
        limits=Limits(max_identities=2),
    ),
    "blur": ComposedScene(
        "out of focus",
        6.0,
        (_DANCER,),
        effects=Effects(blur_px=5.0),
        limits=Limits(max_identities=1),
    ),
}
"""The scenes."""
