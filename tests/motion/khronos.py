"""Khronos' own validator of glTF files, where it is installed.

It is the npm package gltf-validator, looked for in the folder of node modules that VISITANT_NODE_MODULES names, then
where node itself looks. Tests that need it are skipped without.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

SCRIPT = """
const validator = require('gltf-validator'), fs = require('fs'), path = require('path')
const file = process.argv[1], near = name => new Uint8Array(fs.readFileSync(path.join(path.dirname(file), name)))
const beside = uri => Promise.resolve(near(decodeURIComponent(uri)))
validator.validateBytes(near(path.basename(file)), {externalResourceFunction: beside})
  .then(report => console.log(JSON.stringify(report.issues)))
"""


def errors(path: Path) -> list[Any]:
    """What the validator calls errors in a file; skips the test where there is no validator."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("needs node with the npm package gltf-validator")
    environment = dict(os.environ)
    if modules := os.environ.get("VISITANT_NODE_MODULES"):
        environment["NODE_PATH"] = modules
    done = subprocess.run(
        [program, "-e", SCRIPT, str(path.resolve())], capture_output=True, text=True, env=environment, timeout=60
    )
    if "Cannot find module 'gltf-validator'" in done.stderr:
        pytest.skip("needs the npm package gltf-validator, found through VISITANT_NODE_MODULES")
    assert done.returncode == 0, done.stderr
    return [message for message in json.loads(done.stdout)["messages"] if message["severity"] == 0]
