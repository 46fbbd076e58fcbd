"""Exposure, white balance and focus of a camera: automatic, held after some seconds, or set to a value."""

from __future__ import annotations

from dataclasses import dataclass

import cv2

from installation.venue.camera_section import CameraSection

HOLD_SECONDS = 3.0
"""Seconds in which a camera adapts to the room before what it has chosen is held."""
VALUE_TOLERANCE = 0.01
"""Share by which a value that was set may differ when it is read again."""


@dataclass(frozen=True, slots=True)
class CameraControl:
    """One control: its key of the venue, the switch of its automatic, and its value; OpenCV's properties."""

    key: str
    automatic: int
    value: int


CONTROLS = (
    CameraControl("exposure", cv2.CAP_PROP_AUTO_EXPOSURE, cv2.CAP_PROP_EXPOSURE),
    CameraControl("white_balance", cv2.CAP_PROP_AUTO_WB, cv2.CAP_PROP_WB_TEMPERATURE),
    CameraControl("focus", cv2.CAP_PROP_AUTOFOCUS, cv2.CAP_PROP_FOCUS),
)


class CameraControls:
    """Sets the controls of an open camera as the venue's section has them."""

    def __init__(self, device: cv2.VideoCapture, camera: CameraSection) -> None:
        self._device = device
        self._wanted = {control: getattr(camera, control.key) for control in CONTROLS}
        self._held = False
        self.refused = [
            control.key
            for control, wanted in self._wanted.items()
            if isinstance(wanted, float) and not self._fix(control, wanted)
        ]
        """Controls with a value that the driver does not take."""

    def hold(self, seconds: float) -> list[str]:
        """Hold what the camera has chosen once it has given pictures for HOLD_SECONDS; return the controls that the
        driver does not let be held, once."""
        if self._held or seconds < HOLD_SECONDS:
            return []
        self._held = True
        held = [control for control, wanted in self._wanted.items() if wanted == "hold"]
        return [control.key for control in held if not self._fix(control, self._device.get(control.value))]

    def _fix(self, control: CameraControl, value: float) -> bool:
        """Switch the automatic off and set a value; whether the driver reports both."""
        manual = self._manual(control)
        self._device.set(control.automatic, manual)
        self._device.set(control.value, value)
        is_off = self._device.get(control.automatic) == manual
        return is_off and abs(self._device.get(control.value) - value) <= VALUE_TOLERANCE * max(1.0, abs(value))

    def _manual(self, control: CameraControl) -> float:
        """The value by which the automatic is switched off: Video4Linux has modes of exposure, 1 of which is manual."""
        is_exposure_mode = control.key == "exposure" and self._device.getBackendName() == "V4L2"
        return 1.0 if is_exposure_mode else 0.0
