"""A show: everything that one venue needs to play, opened in the right order and closed again."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Self

from installation.core.faults import FaultBoard
from installation.core.watchdog import START_FACTOR
from installation.show import assembly, knob_tree
from installation.show.governor import Governor
from installation.show.loop import Display, Loop
from installation.show.options import ShowOptions, played_venue
from installation.show.recording import MomentReader
from installation.show.scene_roles import SceneRoles
from installation.venue.schema import Venue

MIN_CLOSE_SECONDS = 30.0
"""Time that a show may take at least to close: each child has two seconds, and a recording writes what waits."""


# Sixteen attributes: the parts of a show that its commands and tests look at.
class Show:
    """Eyes, control, stage and loop of one venue. Close it, or use it in a `with`."""

    def __init__(self, venue: Venue, options: ShowOptions) -> None:
        """Open everything. Raises UserError when something is missing that the show cannot do without."""
        self.venue = venue = played_venue(venue, options)
        self._options = options
        self.ready = False
        """Whether all is open, and frames can be drawn."""
        self._stack = ExitStack()
        self.faults = assembly.own(self._stack, FaultBoard())
        """The present faults, from everywhere in this process."""
        # Show time begins here; children that still have to load their models are started first.
        self.epoch = time.perf_counter()
        started = time.time()
        context = assembly.Context(venue, options, self.epoch, self.now, self._stack)
        try:
            source = str(venue.cameras[0].source)
            replayed = MomentReader(Path(source)) if source.endswith(".moments") else None
            with self._while_models_load():
                eyes = () if replayed else assembly.open_eyes(context)
            scenes = knob_tree.scenes(venue)
            with self._while_models_load():
                workers = assembly.open_models(context, eyes, scenes, replayed is not None, self)
            self.hosts = workers.hosts
            """The placements of the models: eyes first."""
            controls = assembly.open_controls(context, scenes)
            self.control, self.playlist, self.cues = controls.control, controls.playlist, controls.cues
            self.outputs, self.stage = assembly.open_display(context, controls)
            self.rate = assembly.frame_rate(context, self.outputs)
            roles = SceneRoles(scenes)
            self.source = assembly.open_source(context, workers, controls, roles, replayed, self.outputs)
            self.sinks = assembly.open_sinks(context, self.outputs, self.rate, self.control)
            governor = Governor(self.rate, venue.loop.min_quality, venue.loop.governor and options.live)
            operator = assembly.open_operator_view(context, self.outputs, self.stage, self.control, self.faults)
            compiler = assembly.open_compiler(context, started)
            display = Display(self.stage, self.outputs, operator, compiler, options.watchdog)
            assembly.follow_edits(context, self.stage, controls, roles, workers)
            self.loop = Loop(self.source, display, self.control, governor, self.sinks, self.faults)
            if not options.live:
                options.watchdog.allow(None)  # the loop watches the drawing alone
            self.ready = True
        except BaseException:
            self._stack.close()
            raise

    def _while_models_load(self) -> AbstractContextManager[None]:
        """Nothing is too long for the models of a film, which load in this process."""
        return nullcontext() if self._options.live else self._options.watchdog.paused()

    def now(self) -> float:
        """Show time, s."""
        return time.perf_counter() - self.epoch

    def close(self) -> None:
        """Close everything, the newest first."""
        # A film waits for its encoder, however long that takes.
        self._options.watchdog.allow(START_FACTOR if self._options.live else None, MIN_CLOSE_SECONDS)
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()
