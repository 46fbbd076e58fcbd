"""Readiness of models and cameras: each is opened as a show opens it."""

from __future__ import annotations

from collections.abc import Iterator

from installation.core import downloads, json_process
from installation.core.errors import UserError
from installation.core.json_process import JsonProcessError
from installation.dance.weights import BUNDLED_WEIGHTS as DANCER_WEIGHTS
from installation.dance.weights import styles as dancer_styles
from installation.evaluate.readiness.finding import Finding, Places, State
from installation.eye.sources.camera_reader import NOT_AS_ASKED, REFUSED
from installation.paint.engines import weights as paint
from installation.venue.camera_source import is_made_up, is_mouse, performers_at
from installation.venue.schema import Venue

EYE_SECONDS = 60.0
"""Time that a camera and the pose model may take for the first picture."""
MODEL_SECONDS = 180.0
"""Time that a network may take to load and for its first step."""
POSE_MODEL = "pose_landmarker_full.task"
TRIALS = "installation.evaluate.readiness.trials"


def downloaded_models(venue: Venue) -> Iterator[Finding]:
    """The files that `visitant setup` brings for shows, by their hashes."""
    for asset in downloads.ASSETS:
        if asset.need in ("retarget", "tests") or (venue.eye.model and asset.name == POSE_MODEL):
            continue
        path = downloads.place(asset)
        if downloads.is_sound(asset):
            yield Finding(asset.name, "ok", f"{path}, sha256 {asset.sha256[:12]}…")
        else:
            said = "damaged" if path.exists() else "missing"
            state: State = "error" if asset.need == "show" else "warning"
            yield Finding(asset.name, state, f"{path} is {said}", "visitant setup")


def cameras(venue: Venue, places: Places, has_display: bool) -> Iterator[Finding]:
    """Each camera with the pose model, by the first picture that the eye observes."""
    for number, camera in enumerate(venue.cameras):
        subject, where = f"camera {number}", places.of("cameras", number, "source")
        source = str(camera.source)
        if is_mouse(source):
            if has_display:
                yield Finding(subject, "ok", "the mouse over the windows")
            else:
                said = f"{where}: the mouse, and no display"
                yield Finding(subject, "error", said, "log in to a desktop, or name another source")
        elif is_made_up(source):
            yield Finding(subject, "ok", "a synthetic visitor")
        elif performers_at(source) is None and not source.endswith(".moments"):
            yield _camera(venue, number, where)


def _camera(venue: Venue, number: int, where: str) -> Finding:
    subject, source = f"camera {number}", venue.cameras[number].source
    arguments = {"venue": venue.model_dump_json(), "index": number}
    try:
        found = json_process.call(f"{TRIALS}:try_eye", arguments, timeout_seconds=EYE_SECONDS)
    except JsonProcessError as error:
        found = {"fault": error.reason, "size": None, "source": source, "model": False, "devices": []}
    if found["model"]:
        model = venue.eye.model or "the pose model"
        todo = "leave eye.model out, or name a .task file of a pose landmarker" if venue.eye.model else "visitant setup"
        return Finding("model", "error", f"{model}: {found['fault']}", todo)
    if fault := found["fault"] or ("" if found["size"] else "opens, but gives no picture"):
        devices = ", ".join(map(str, found["devices"])) or "none"
        todo = f"plug it in, or name another source; cameras here: {devices}; see docs/venue.md"
        return Finding(subject, "error", f"{where}: {fault}", todo)
    shown = f"{found['source']} answers, {found['capture']}"
    if source == "auto" and not isinstance(found["source"], int):
        todo = "plug one in; until then the demo film plays, or the mouse leads a visitor"
        return Finding(subject, "warning", f"no camera answers; {shown}", todo)
    if any(words in found["capture"] for words in (NOT_AS_ASKED, REFUSED)):
        todo = "ask for what the camera has (`v4l2-ctl --list-formats-ext --list-ctrls` on Linux), or leave it out"
        return Finding(subject, "warning", shown, todo)
    return Finding(subject, "ok", shown)


def dancers(venue: Venue, places: Places, is_used: bool) -> Finding:
    """The dancer's network; a fault prevents the show only where a scene uses it."""
    path, where = venue.dancer.weights or DANCER_WEIGHTS, places.of("dancer", "weights")
    state: State = "error" if is_used else "warning"
    todo = "leave dancer.weights out, or install Visitant again"
    try:
        known = dancer_styles(path)
    except UserError as error:
        return Finding("dancers", state, f"{where}: {error}", todo)
    if is_used and (fault := _trial(venue, "dancer")):
        return Finding("dancers", state, f"{where}: {fault}", todo)
    return Finding("dancers", "ok", f"{path}, {path.stat().st_size / 1e6:.1f} MB, {len(known)} styles")


def painter(venue: Venue, places: Places, is_used: bool) -> Finding:
    """The painter's engine; a fault prevents the show only where a scene uses it."""
    state: State = "error" if is_used else "warning"
    if venue.painter.engine == "diffusers":
        where, said = places.of("diffusion", "model"), f"{venue.diffusion.model}, {len(venue.diffusion.prompts)} styles"
        todo = "see docs/painting.md for how to get a model, or leave painter.engine out"
    else:
        path, where = venue.painter.weights or paint.BUNDLED_WEIGHTS, places.of("painter", "weights")
        todo = "visitant train painter --data DIR, and name its file in painter.weights"
        try:
            known = paint.style_names(path)
        except UserError as error:
            return Finding("painter", state, f"{where}: {error}", todo)
        said = f"{path}, {path.stat().st_size / 1e6:.1f} MB, {len(known)} styles"
    if not is_used:
        return Finding("painter", "ok", f"{said}; no scene uses it, and it was not opened")
    if fault := _trial(venue, "painter"):
        if venue.painter.device is not None and venue.painter.device.partition(":")[0] in fault.lower():
            where, todo = places.of("painter", "device"), "leave painter.device out"
        return Finding("painter", state, f"{where}: {fault}", todo)
    return Finding("painter", "ok", said)


def _trial(venue: Venue, model: str) -> str:
    """Why a worker cannot be opened; empty where it can."""
    arguments = {"venue": venue.model_dump_json(), "model": model}
    try:
        return str(json_process.call(f"{TRIALS}:try_model", arguments, timeout_seconds=MODEL_SECONDS))
    except JsonProcessError as error:
        return error.reason
