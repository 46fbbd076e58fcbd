"""Colours: conversion between display values (sRGB), which knobs hold, and linear light."""

from __future__ import annotations

Colour = tuple[float, float, float]


def light(colour: Colour) -> Colour:
    """Convert display values to linear light, all 0..1 (IEC 61966-2-1)."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    return red, green, blue


def display(colour: Colour) -> Colour:
    """Convert linear light to display values."""
    red, green, blue = (c * 12.92 if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in colour)
    return red, green, blue
