"""A film holds every frame in its order, is the same every time, and plays up to where it was cut off."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import textwrap
from pathlib import Path

import av
import moderngl
import numpy as np
import pytest

from installation.core.errors import UserError
from installation.stage.gl.target import BYTES, RenderTarget
from installation.stage.outputs.recorder import Recorder

SIZE = (64, 48)


def film(context: moderngl.Context, path: Path, frames: int, patient: bool = True) -> Recorder:
    recorder = Recorder(context, path, SIZE, 30.0, patient)
    canvas = RenderTarget(context, SIZE, BYTES)
    for index in range(frames):
        canvas.clear(index / frames, 0.5, 0.25, 1.0)
        recorder.take(canvas, index / 30.0)
    recorder.close()
    canvas.release()
    return recorder


def played(path: Path) -> list[np.ndarray]:
    """The pictures up to where the file was cut off, as a player shows them."""
    pictures = []
    with av.open(str(path)) as container, contextlib.suppress(av.FFmpegError):
        for frame in container.decode(video=0):
            pictures.append(frame.to_ndarray(format="rgb24"))
    return pictures


def test_every_frame_is_there_in_its_order(context: moderngl.Context, tmp_path: Path) -> None:
    film(context, tmp_path / "a.mp4", 40)
    reds = [float(picture[..., 0].mean()) for picture in played(tmp_path / "a.mp4")]
    assert reds == pytest.approx([255 * index / 40 for index in range(40)], abs=4)


def test_colours_come_back_as_they_were_drawn(context: moderngl.Context, tmp_path: Path) -> None:
    film(context, tmp_path / "a.mp4", 3)
    with av.open(str(tmp_path / "a.mp4")) as container:
        first = next(container.decode(video=0))
        assert (first.colorspace, first.color_range) == (1, 1), "BT.709, 16..235"
    assert played(tmp_path / "a.mp4")[0][20, 20] == pytest.approx([0, 128, 64], abs=3)


def test_the_same_pictures_make_the_same_bytes(context: moderngl.Context, tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        film(context, tmp_path / name, 20)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_a_live_recording_drops_and_counts_rather_than_waits(
    context: moderngl.Context, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = film(context, tmp_path / "a.mp4", 200, patient=False)
    assert len(played(tmp_path / "a.mp4")) + recorder.dropped == 200
    assert not recorder.fault
    assert (f"a.mp4: {recorder.dropped} pictures left out" in caplog.text) == bool(recorder.dropped)


def test_a_place_that_cannot_be_written_is_named_before_a_show_and_with_the_first_picture_of_a_film(
    context: moderngl.Context, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    place = tmp_path / "file" / "a.mp4"
    with pytest.raises(UserError, match=r"a\.mp4: can't be written"):
        Recorder(context, place, SIZE, 30.0, keep_every_frame=False)
    recorder = Recorder(context, place, SIZE, 30.0, keep_every_frame=True)
    with pytest.raises(UserError, match=r"a\.mp4: can't be written"):
        recorder.take(RenderTarget(context, SIZE, BYTES), 0.0)
    recorder.close()


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="limits of a file's size are POSIX")
def test_a_full_disk_ends_the_recording_and_not_the_show(tmp_path: Path) -> None:
    """A limit on the file's size refuses bytes as a full disk does; in a process of its own, for it can't be lifted."""
    program = textwrap.dedent(f"""
        import logging, resource, signal
        from pathlib import Path
        import numpy as np
        from installation.stage.outputs.windows import standalone
        from installation.stage.outputs.recorder import Recorder
        from installation.stage.gl.target import BYTES, RenderTarget
        logging.basicConfig(format="%(levelname)s %(message)s")
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))
        context = standalone()
        canvas = RenderTarget(context, (320, 240), BYTES)
        recorder = Recorder(context, Path({str(tmp_path / "a.mp4")!r}), (320, 240), 30.0, True)
        chance = np.random.default_rng(1)
        for index in range(150):
            canvas.texture.write(chance.integers(0, 255, (240, 320, 4), np.uint8).tobytes())
            recorder.take(canvas, index / 30)
        recorder.close()
        print("went on:", recorder.fault)
    """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    if "no OpenGL" in done.stderr:
        pytest.skip("no GL without a screen here")
    assert "went on:" in done.stdout, done.stderr
    assert "recording ended" in done.stdout
    lines = [line for line in done.stderr.splitlines() if "recording ended" in line]
    assert len(lines) == 1 and lines[0].startswith("ERROR"), "said once, though every later picture is lost"
    assert len(played(tmp_path / "a.mp4")) > 5
