"""Colours: what a knob holds, display values (sRGB), as linear light and back."""

from __future__ import annotations

Colour = tuple[float, float, float]


def light(colour: Colour) -> Colour:
    """Linear light of display values, all 0..1 (IEC 61966-2-1)."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    return red, green, blue


def display(colour: Colour) -> Colour:
    """Display values of linear light."""
    red, green, blue = (c * 12.92 if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in colour)
    return red, green, blue
