"""The [[cameras]] section of venue.toml: one camera, its picture, and where it hangs."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from installation.core.schema_problems import schema_error
from installation.core.schema_text import Described
from installation.core.secrets import hide_source
from installation.core.settings_base import Section
from installation.venue.camera_source import performers_at
from installation.venue.value_types import Pixels, Rate, Share

Corner = Annotated[tuple[Share, Share], Field(strict=False)]
"""x and y; it and the lists that hold it are not strict, because a validator before them hands on a Python list."""
MIN_WIDTH = 1e-3
"""Smallest width of a polygon as a share of the picture, across its longest side."""


def _with_area(corners: tuple[Corner, ...]) -> tuple[Corner, ...]:
    left, top = corners[0]
    sides = [(x - left, y - top) for x, y in corners]
    along = max(sides, key=lambda side: math.hypot(*side))
    length = math.hypot(*along)
    if length < MIN_WIDTH or max(abs(along[0] * y - along[1] * x) / length for x, y in sides) < MIN_WIDTH:
        raise schema_error("its corners lie on one line; give 3 or more that enclose an area")
    return corners


Polygon = Annotated[tuple[Corner, ...], Field(min_length=3, strict=False), AfterValidator(_with_area)]
Control = Literal["auto", "hold"] | float
"""How a camera's exposure, white balance or focus is set."""


def _is_corner(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(each, int | float) for each in value)


# Twenty-four fields: each is a key that venues have.
class CameraSection(Section):
    DEFAULT_CROP: ClassVar[tuple[float, float, float, float]] = (0.0, 0.0, 1.0, 1.0)

    source: int | str = "auto"
    """Camera index, stable device path, video file, folder of images or of films, stream URL, .moments file, "ghost" (a
    synthetic visitor), "mouse" (a synthetic visitor who follows the mouse over the windows), "vmc://0.0.0.0:39539"
    (performers in other programs, who send VMC to this port from the networks in osc.allow), or "auto": the first
    camera that answers, else the film of people, else the ghost. Where "auto" finds no camera, and a window is open,
    the mouse takes over once it moves over the window."""
    size: tuple[Pixels, Pixels] | None = None
    """Width and height to ask of the camera; its own choice when left out. The log, `visitant check` and the health
    report say what it gives."""
    rate: Rate = 30.0
    """Frames a second to ask of the camera."""
    fourcc: Annotated[
        str, Field(pattern=r"^([A-Za-z0-9 ]{4})?$"), Described('four letters such as "MJPG" or "YUYV"')
    ] = ""
    """Pixel format to ask of a camera, four letters such as "MJPG" or "YUYV"; left empty, MJPG from 1280x720 on, which
    USB carries at full rate, and the driver's choice below."""
    exposure: Control = "auto"
    """"auto"; "hold": what the camera chooses in its first seconds is kept, so that the projection does not change it;
    or a value in the driver's own unit. `visitant check` says where a driver does not take it."""
    white_balance: Control = "auto"
    """The same for the white balance."""
    focus: Control = "auto"
    """The same for the focus."""
    rotate: Literal[0, 90, 180, 270] = 0
    """Degrees by which the picture is turned clockwise, so that people stand upright: for a camera mounted on its side
    or upside down."""
    flip: Literal["none", "horizontal", "vertical", "both"] = "none"
    """Exchange left and right, or top and bottom, of the turned picture: for a camera that looks into a mirror. The
    picture must show the room as an eye sees it; `mirror` is for the audience."""
    crop: tuple[Share, Share, Share, Share] = DEFAULT_CROP
    """Part of the turned picture that is used: left, top, right and bottom as shares of its width and height."""
    ignore: Annotated[tuple[Polygon, ...], Field(strict=False)] = ()
    """Parts of the picture that hold no visitors, such as the projection itself or a window: polygons whose corners are
    x and y as shares of the turned and cropped picture, from its top left corner."""
    floor: tuple[float, float, float, float] | None = None
    """Part of the floor where visitors are: x from, z from, x to and z to in metres, as `position`. People elsewhere
    are no visitors."""
    distortion: tuple[float, float, float, float, float] | None = None
    """Distortion of the lens as OpenCV's calibration gives it: k1, k2, p1, p2, k3. The picture is straightened."""
    fisheye: tuple[float, float, float, float] | None = None
    """The same for a fish-eye lens: k1 to k4 of OpenCV's fish-eye model, all 0 for an ideal one; needs `intrinsics`."""
    intrinsics: tuple[float, float, float, float] | None = None
    """fx, fy, cx, cy of the calibration, each divided by the width (fx, cx) or the height (fy, cy) of the calibrated
    picture; left out, from the field of view, with the axis through the middle."""
    levels: Literal["auto", "off"] = "auto"
    """Brighten what the eye searches where the room is nearly dark; scenes get the picture as it is."""
    mirror: bool = True
    """Show the visitors as in a mirror."""
    height: Annotated[float, Field(gt=0, le=20)] = 1.5
    """Metres from the floor to the lens."""
    tilt: Annotated[float, Field(ge=-90, le=90)] = 0.0
    """Downward tilt of the lens in degrees; negative looks up."""
    field_of_view: Annotated[float, Field(gt=5, lt=170)] = 60.0
    """Horizontal field of view in degrees, of the turned picture before it is cropped; with `intrinsics`, what the
    straightened picture is to show."""
    position: tuple[float, float] = (0.0, 0.0)
    """Metres from the middle of the wall: x along it, z out of it."""
    pan: Annotated[float, Field(ge=-180, le=180)] = 0.0
    """Turn of the lens towards +X in degrees."""
    stage: tuple[float, float] = (0.0, 3.0)
    """Where the origin of VMC performers lies, as `position`; a performer at rest there faces the wall."""

    @field_validator("source")
    @classmethod
    def _can_be_listened_on(cls, source: int | str) -> int | str:
        if isinstance(source, int) and source < 0:
            raise ValueError("give the number of a camera, from 0; `visitant check` lists them")
        hide_source(source)
        performers_at(source)
        return source

    @field_validator("ignore", mode="before")
    @classmethod
    def _is_a_list_of_polygons(cls, ignore: Any) -> Any:
        if isinstance(ignore, list) and ignore and all(_is_corner(each) for each in ignore):
            raise schema_error(
                "give a list of polygons: another pair of brackets, as in ignore = [[[0, 0], [0.2, 0], [0.2, 1]]]"
            )
        return ignore

    @field_validator("crop")
    @classmethod
    def _crop_has_area(cls, crop: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        left, top, right, bottom = crop
        if right - left < 0.05 or bottom - top < 0.05:
            raise ValueError("left, top, right, bottom: right and bottom must lie at least 0.05 beyond left and top")
        return crop

    @field_validator("floor")
    @classmethod
    def _floor_has_area(
        cls, floor: tuple[float, float, float, float] | None
    ) -> tuple[float, float, float, float] | None:
        if floor is not None and not (floor[0] < floor[2] and floor[1] < floor[3]):
            raise ValueError("x from, z from, x to, z to: each of the last two must be larger than that of the first")
        return floor

    @field_validator("intrinsics")
    @classmethod
    def _intrinsics_are_shares(
        cls, intrinsics: tuple[float, float, float, float] | None
    ) -> tuple[float, float, float, float] | None:
        if intrinsics is not None and not (all(0.05 < v < 20 for v in intrinsics[:2]) and max(intrinsics[2:]) < 2):
            raise ValueError("divide fx and cx by the width, fy and cy by the height of the calibrated picture")
        return intrinsics

    @model_validator(mode="after")
    def _has_one_lens(self) -> Self:
        if self.distortion is not None and self.fisheye is not None:
            raise ValueError("distortion or fisheye: a lens has one of them")
        if self.fisheye is not None and self.intrinsics is None:
            raise ValueError(
                "fisheye: give intrinsics too; without a calibration 57.3 / (degrees that the lens sees across its "
                "width), that times width / height, 0.5, 0.5"
            )
        return self
