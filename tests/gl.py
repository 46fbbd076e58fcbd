"""What GL says after the calls of a test."""

from __future__ import annotations

import moderngl


def assert_no_gl_error(context: moderngl.Context, after: str = "") -> None:
    """Fail where an error is pending in a context that is current; `after` says what was done before."""
    assert context.error == "GL_NO_ERROR", f"pending after {after}" if after else "pending"
