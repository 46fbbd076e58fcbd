"""The painter as the loop knows it: scenes' commissions go out to its worker, and what it paints is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.interface.camera_view import View
from installation.interface.commission import Commission
from installation.interface.moment import Moment, Picture
from installation.interface.painted_figure import Figure, figures_of_bodies, figures_of_visitors
from installation.interface.painter_knobs import PainterSettings, settings_of
from installation.interface.painting import Painted, Painting
from installation.interface.quality import Quality
from installation.paint.request import Fit, Order, Work, size_of
from installation.workers.placement import WorkerHost

IDLE = 4.0
"""Steps a second of a worker of which nothing is wanted."""
CAMERA = 120
"""Rows of the camera picture that it is told: a guide is blurred further than that."""
Commissioned = Callable[[Moment], Commission]


class Caller:
    """Tells the painter's worker what is to be painted, and knows its newest painting."""

    def __init__(
        self, place: WorkerHost, scenes: Mapping[str, Commissioned], size: int, rate: float, aspect: float, fit: Fit
    ) -> None:
        """`scenes` are those that want to be painted, by name; `size` is the paintings' short side in pixels, at most,
        `rate` how many there are a second, `aspect` the canvas' width over height, and `fit` how the camera lies there.
        """
        self._place, self._scenes = place, scenes
        self._size, self._rate, self._aspect, self._fit = size, rate, aspect, fit
        self._newest: Painting | None = None
        self._cut: Any = None
        self._faults: dict[str, str] = {}
        self._note = ""

    def painted(self, moment: Moment, t: float, quality: Quality) -> Moment:
        """The Moment of a frame at show time `t` with the newest painting; the worker is told what is to be painted."""
        wanted = settings_of(moment.knobs)
        playing = (moment.programme.scene, moment.programme.following)
        works = [self._work(name, moment) for name in dict.fromkeys(playing) if name in self._scenes]
        short = self._size * wanted.size * quality.paint_size
        order = Order(
            moment.time, size_of(short, self._aspect), tuple(work for work in works if work), moment.pulse, wanted
        )
        self._flush(order, wanted)
        rate = self._rate * quality.paint_rate if order.works else IDLE
        self._place.send({"rate": rate, "paint": order})
        letter = self._place.newest(t)
        if letter is not None and isinstance(letter.body, Painted) and letter.pixels is not None:
            told = letter.body
            self._note = told.note
            self._newest = Painting(letter.sequence, letter.time, told.scene, told.since, told.flow, letter.pixels)
        return replace(moment, painting=self._newest)

    def _flush(self, order: Order, wanted: PainterSettings) -> None:
        """Whatever is under way is of no use once other scenes play, or at once in another style."""
        scenes = {work.scene for work in order.works}
        style = (wanted.style, wanted.palette) if wanted.fade <= 0.0 else None
        if self._cut is not None and (not scenes & self._cut[0] or style != self._cut[1]):
            self._place.flush()
        self._cut = scenes, style

    def _work(self, name: str, moment: Moment) -> Work | None:
        """What a scene wants painted; None where it fails to say, which is told."""
        try:
            asked = self._scenes[name](moment)
            figures = (*self._figures(asked, moment), *asked.figures)
        except Exception as error:
            self._faults[name] = f"scene {name}: commission: {type(error).__name__}: {error}"
            return None
        self._faults.pop(name, None)
        picture = self._camera(moment.picture, moment.aspect) if asked.camera and moment.picture is not None else None
        return Work(name, figures, asked.elements, asked.styles, asked.palette, picture)

    def _figures(self, asked: Commission, moment: Moment) -> tuple[Figure, ...]:
        view = replace(asked.view or View(), aspect=self._aspect)
        found: tuple[Figure, ...] = ()
        if asked.visitors and asked.view is None:
            found = figures_of_visitors(moment.visitors, self._aspect, *self._fit(moment.aspect))
        elif asked.visitors:
            found = figures_of_bodies({v.id: v.body for v in moment.visitors if v.body is not None}, view)
        if asked.dancers:
            found += figures_of_bodies({-dancer.id: dancer.body for dancer in moment.dancers}, view)
        return found

    def _camera(self, picture: Picture, aspect: float) -> NDArray[np.uint8]:
        """The camera picture as it lies on the canvas; beside it, the edge of it goes on."""
        scale, shift = self._fit(aspect)
        high, wide = picture.pixels.shape[:2]
        rows, columns = CAMERA, round(CAMERA * self._aspect)
        x = ((np.arange(columns) + 0.5) / columns - shift[0]) / scale[0]
        y = ((rows - np.arange(rows) - 0.5) / rows - shift[1]) / scale[1]
        x = 1.0 - x if picture.mirror else x
        across = np.clip((x * wide).astype(int), 0, wide - 1)
        down = np.clip(((1.0 - y) * high).astype(int), 0, high - 1)
        return picture.pixels[down[:, None], across[None, :]]

    @property
    def trouble(self) -> str:
        """What is wrong, in words; empty when all is well."""
        return "; ".join(filter(None, (self._place.fault, self._note, *self._faults.values())))

    @property
    def restarts(self) -> int:
        """How often the worker had to be started again."""
        return self._place.restarts
