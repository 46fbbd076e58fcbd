"""Probes of a graphics driver and of cameras, to run in processes of their own: drivers may crash or hang."""

from __future__ import annotations

import sys

CONTEXT_TIMEOUT_SECONDS = 20.0
"""Time that a driver may take to create its first context."""
CAMERA_TIMEOUT_SECONDS = 12.0
"""Time that a camera may take to deliver a picture."""


def probe_context() -> tuple[int, str]:
    """Return the GL version (such as 450) and the renderer of a new context."""
    import moderngl  # loads the driver, which only the probing process should

    context = moderngl.create_context(standalone=True, **({"backend": "egl"} if sys.platform == "linux" else {}))
    return context.version_code, context.info["GL_RENDERER"]


def probe_camera(source: str) -> tuple[int, int] | None:
    """Return the (width, height) in pixels of a camera's picture; None where it opens but delivers none."""
    import cv2  # slow, and only the probing process needs it

    cv2.setLogLevel(0)  # type: ignore[attr-defined]
    camera = cv2.VideoCapture(int(source) if source.isdigit() else source)
    delivered, picture = camera.read()
    return (int(picture.shape[1]), int(picture.shape[0])) if delivered else None


def probe_displays() -> list[tuple[int, int, int, int]]:
    """Return left, top, width and height in pixels of the desktop's displays, and open a hidden window on the first."""
    import pyglet  # fails without a display

    pyglet.options["shadow_window"] = False
    from pyglet.display import get_display
    from pyglet.window import Window

    areas = [(each.x, each.y, each.width, each.height) for each in get_display().get_screens()]
    Window(16, 16, visible=False).close()
    return areas
