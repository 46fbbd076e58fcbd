"""Scene roles: what each scene of a show asks of eye, dancer and painter; changed in place when a scene is edited."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from installation.core.errors import UserError
from installation.interface.commission import Commission
from installation.interface.dancer import Cast
from installation.interface.knobs import KnobValues
from installation.interface.moment import Moment
from installation.interface.scene import Scene
from installation.paint.client import CommissionOf
from installation.show.knob_tree import SceneTypes
from installation.stage.scene_loader import describe_error


class SceneRoles:
    """The scenes by name; the clients of the workers hold these mappings and read them in each frame."""

    def __init__(self, scene_types: SceneTypes) -> None:
        self.types: dict[str, type[Scene]] = {}
        """The class of each scene that could be loaded."""
        self.casts: dict[str, Cast] = {}
        self.camera_scenes: set[str] = set()
        """Scenes that show the camera picture."""
        self.commissions: dict[str, CommissionOf] = {}
        """Of the scenes that have a painter."""
        self.has_dancer = self.has_painter = False
        """Whether these workers were started with the show."""
        for name, scene_class in scene_types.items():
            self.set(name, scene_class)

    def set(self, name: str, scene_class: type[Scene]) -> None:
        """Use another class for a scene from the next frame on, or add one."""
        self.types[name] = scene_class
        self.casts[name] = scene_class.cast
        self.camera_scenes.discard(name)
        if scene_class.shows_camera:
            self.camera_scenes.add(name)
        self.commissions.pop(name, None)
        if scene_class.paints:
            self.commissions[name] = partial(_commission, name, scene_class)


def _commission(name: str, scene_class: type[Scene], moment: Moment) -> Commission:
    """The scene's commission at a Moment; raises UserError with file and line where the scene fails."""
    try:
        return scene_class.commission(moment, KnobValues(moment.knobs, f"/scene/{name}/"))
    except Exception as error:
        file = Path(scene_class.commission.__func__.__code__.co_filename)  # type: ignore[attr-defined]
        raise UserError(describe_error(error, file)) from error
