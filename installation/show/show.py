"""A show: everything that one venue needs to play, opened in the right order and closed again."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from installation.core.faults import FaultBoard
from installation.show import assembly, knob_tree
from installation.show.governor import Governor
from installation.show.loop import Display, Loop
from installation.show.options import ShowOptions, played_venue
from installation.show.recording import MomentReader
from installation.show.scene_roles import SceneRoles
from installation.venue.schema import Venue


class Show:
    """Eyes, control, stage and loop of one venue. Close it, or use it in a `with`."""

    def __init__(self, venue: Venue, options: ShowOptions) -> None:
        """Open everything. Raises UserError when something is missing that the show cannot do without."""
        self.venue = venue = played_venue(venue, options)
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
            eyes = () if replayed else assembly.open_eyes(context)
            scenes = knob_tree.scenes(venue)
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
            display = Display(self.stage, self.outputs, assembly.open_compiler(context, started))
            assembly.follow_edits(context, self.stage, controls, roles, workers)
            self.loop = Loop(self.source, display, self.control, governor, self.sinks, self.faults)
            self.ready = True
        except BaseException:
            self._stack.close()
            raise

    def now(self) -> float:
        """Show time, s."""
        return time.perf_counter() - self.epoch

    def close(self) -> None:
        """Close everything, the newest first."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()
