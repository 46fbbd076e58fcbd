"""The show loop's client of the painter: sends the scenes' commissions to its worker and keeps the newest painting."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.core.errors import UserError
from installation.core.faults import Fault, FaultSet
from installation.interface.camera_view import View
from installation.interface.commission import Commission
from installation.interface.moment import Moment, Picture
from installation.interface.painted_figure import PaintedFigure, figures_of_bodies, figures_of_visitors
from installation.interface.painter_knobs import settings_of
from installation.interface.painting import Painting, PaintResult
from installation.interface.quality import Quality
from installation.paint.request import CameraFit, PaintJob, PaintRequest, painting_size
from installation.workers.placement import WorkerHost

logger = logging.getLogger(__name__)

IDLE_RATE_HZ = 4.0
"""Steps a second of a worker without jobs."""
CAMERA_ROWS = 120
"""Rows of the camera picture that is sent: a guide is blurred further than that."""
CommissionOf = Callable[[Moment], Commission]
"""A scene's commission for a Moment."""


class PaintClient:
    """Sends paint requests to the painter's worker and holds its newest painting."""

    def __init__(
        self,
        host: WorkerHost,
        scenes: Mapping[str, CommissionOf],
        size_px: int,
        rate_hz: float,
        aspect: float,
        camera_fit: CameraFit,
    ) -> None:
        """`scenes` are those that commission paintings, by name, looked up in each frame.

        `size_px` is the maximum short side of the paintings, `rate_hz` the maximum number a second, `aspect` the
        canvas' width over height.
        """
        self._host, self._scenes = host, scenes
        self._size_px, self._rate_hz, self._aspect, self._camera_fit = size_px, rate_hz, aspect, camera_fit
        self._newest: Painting | None = None
        self._last_cut: Any = None
        """Scenes and style of the last request; see `_flush_on_cut`."""
        self._commission_faults: dict[str, Fault] = defaultdict(lambda: Fault(logger))
        self._painter_faults = FaultSet(logger)
        self._notes: dict[str, str] = {}
        """The worker's newest note, by scene; see `PaintResult.note`."""

    def with_painting(self, moment: Moment, t: float, quality: Quality) -> Moment:
        """Send the worker a request for `moment`; return the Moment with the newest painting at show time `t`."""
        settings = settings_of(moment.knobs)
        playing = (moment.programme.scene, moment.programme.following)
        jobs = [self._job(name, moment) for name in dict.fromkeys(playing) if name in self._scenes]
        short_px = self._size_px * settings.scale * quality.paint_size
        request = PaintRequest(
            moment.time,
            painting_size(short_px, self._aspect),
            tuple(job for job in jobs if job),
            moment.pulse,
            settings,
        )
        self._flush_on_cut(request)
        rate = self._rate_hz * quality.paint_rate if request.jobs else IDLE_RATE_HZ
        self._host.send({"rate": rate, "paint": request})
        message = self._host.newest(t)
        if message is not None and isinstance(message.body, PaintResult) and message.pixels is not None:
            body = message.body
            self._notes[body.scene] = body.note
            self._painter_faults.set(self._notes.values())
            self._newest = Painting(message.sequence, message.time, body.scene, body.since, body.flow, message.pixels)
        return replace(moment, painting=self._newest)

    def _flush_on_cut(self, request: PaintRequest) -> None:
        """Discard work in progress when all scenes change, or when the style changes without a fade."""
        settings = request.settings
        scenes = {job.scene for job in request.jobs}
        style = (settings.style, settings.palette) if settings.fade <= 0.0 else None
        if self._last_cut is not None and (not scenes & self._last_cut[0] or style != self._last_cut[1]):
            self._host.flush()
        self._last_cut = scenes, style

    def _job(self, name: str, moment: Moment) -> PaintJob | None:
        """Return a scene's job; None, after a report, if its commission raises."""
        fault = self._commission_faults[name]
        try:
            commission = self._scenes[name](moment)
            figures = (*self._figures(commission, moment), *commission.figures)
        except Exception as error:
            # Of errors in successive frames, whose texts may differ, only the first is reported.
            if not fault:
                reason = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
                fault.set(f"scene {name}: commission: {reason}", error)
            return None
        fault.clear()
        picture = None
        if commission.camera and moment.picture is not None:
            picture = self._camera_on_canvas(moment.picture, moment.aspect)
        return PaintJob(name, figures, commission.elements, commission.styles, commission.palette, picture)

    def _figures(self, commission: Commission, moment: Moment) -> tuple[PaintedFigure, ...]:
        view = replace(commission.view or View(), aspect=self._aspect)
        found: tuple[PaintedFigure, ...] = ()
        if commission.visitors and commission.view is None:
            found = figures_of_visitors(moment.visitors, self._aspect, *self._camera_fit(moment.aspect))
        elif commission.visitors:
            found = figures_of_bodies({v.id: v.body for v in moment.visitors if v.body is not None}, view)
        if commission.dancers:
            found += figures_of_bodies({-dancer.id: dancer.body for dancer in moment.dancers}, view)
        return found

    def _camera_on_canvas(self, picture: Picture, aspect: float) -> NDArray[np.uint8]:
        """Resample the camera picture to the canvas; beside the picture its edge pixels are repeated."""
        scale, shift = self._camera_fit(aspect)
        height, width = picture.pixels.shape[:2]
        rows, columns = CAMERA_ROWS, round(CAMERA_ROWS * self._aspect)
        x = ((np.arange(columns) + 0.5) / columns - shift[0]) / scale[0]
        y = ((rows - np.arange(rows) - 0.5) / rows - shift[1]) / scale[1]
        x = 1.0 - x if picture.mirror else x
        across = np.clip((x * width).astype(int), 0, width - 1)
        down = np.clip(((1.0 - y) * height).astype(int), 0, height - 1)
        shown: NDArray[np.uint8] = picture.pixels[down[:, None], across[None, :]]
        return shown

    @property
    def restarts(self) -> int:
        """How often the worker was restarted."""
        return self._host.restarts

    def close(self) -> None:
        """End the reports of faults; the worker is closed by its owner."""
        self._painter_faults.withdraw()
        for fault in self._commission_faults.values():
            fault.withdraw()
