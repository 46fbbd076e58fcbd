"""Piano rolls: what is written on them can be read."""

from __future__ import annotations

import pytest

from installation.music.plot import drawable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Größe", "Grosse"),
        ("Été à Nîmes", "Ete a Nimes"),
        ("An evening, 2", "An evening, 2"),
        ("音楽", ""),
        ("a\x1bb", "ab"),
    ],
)
def test_titles_are_drawn_in_letters_that_the_font_has(text: str, shown: str) -> None:
    assert drawable(text) == shown
