"""The page about presets and cues shows what the program itself takes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from installation.control import pulse_commands
from installation.control.cues.cue import Cue, read_cues
from installation.control.cues.preset import KnownNames, read_preset
from installation.control.cues.reference import CUES, PRESET, page
from installation.core.lenient_toml import parse
from installation.interface.knobs import Knobs
from installation.stage.scene_loader import BUILT_IN_SCENES, find_scene


def test_its_examples_are_read_without_a_word_against_them() -> None:
    tree = Knobs()
    for name in ("tide", "loom"):
        tree.add(f"/scene/{name}", find_scene(name, (BUILT_IN_SCENES,)).knobs)
    tree.add("/pulse", pulse_commands.KNOBS)
    names = KnownNames.of(tree, ("tide", "loom"))
    preset, problems = read_preset(parse(Path("dusk.toml"), PRESET), names)
    assert len(preset) == 3 and not problems
    cues, problems = read_cues(parse(Path("cues.toml"), CUES), replace(names, presets=("dusk",)))
    assert len(cues) == 4 and not problems


def test_it_names_every_key() -> None:
    assert all(f"| `{key}` |" in page() for key in Cue.model_fields)
