"""A scene that wants a painter has one live, in a film and when saved moments play again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from installation.show.loop import Frame
from installation.show.options import ShowOptions, with_source
from installation.show.show import Show
from installation.show.venue_check import load
from installation.stage.outputs.screenshot import read_pixels
from installation.venue.schema import PainterSection
from tests.installation.show.test_show import POSIX, kill, play_beside, until

pytestmark = [pytest.mark.process, pytest.mark.gl]

STUDIO = """
from installation.interface.scenery_elements import Sky
from installation.interface.scene import Cast, Commission, Scene

class Studio(Scene):
    \"\"\"Studio: the painting, all over the wall.\"\"\"
    paints = True

    @classmethod
    def commission(cls, moment, knobs):
        return Commission(elements=(Sky(),), styles=(("two", 1.0),))

    def setup(self, graphics):
        self.painting = graphics.painting()
        self.show = graphics.shader("studio.frag")

    def draw(self, moment, knobs, canvas):
        self.show(canvas, painting=self.painting(moment), presence=self.painting.presence)
"""
SHOWN = """
#include "painting.glsl"
uniform sampler2D painting;
uniform float presence;

void main() {
    colour = vec4(presence * painted(painting, uv), 1.0);
}
"""
SHOWS = """
import sys
from pathlib import Path
from installation.show.options import ShowOptions
from installation.show.show import Show
from installation.show.venue_check import load

def see(frame):
    if frame.moment.painting is not None and frame.moment.painting.sequence > 3 and frame.moment.dancers:
        show.loop.stop()

with Show(load(Path(sys.argv[1])), ShowOptions(live=True, headless=True, on_frame=see)) as show:
    show.loop.play(10.0, show.now, 200.0)
    print(sorted({"torch", "mediapipe", "cv2"} & set(sys.modules)), show.now() < 200.0)
"""


def studio(folder: Path) -> Path:
    """A venue with a scene that is painted, by a painter that has learned nothing."""
    # Another test imports this file's neighbours to see that nothing in them brings torch.
    from installation.paint.engines import store
    from installation.paint.engines.network import NetworkSettings, PainterNetwork
    from installation.paint.engines.painter import tiny_painter

    (folder / "scenes").mkdir()
    (folder / "scenes" / "studio.py").write_text(STUDIO)
    (folder / "scenes" / "studio.frag").write_text(SHOWN)
    network = PainterNetwork(NetworkSettings(widths=(8, 8, 8), blocks=(1, 1, 1), stroke=4, style_width=8, fine=4))
    store.save(folder / "a.safetensors", network, tiny_painter().styles, {})
    (folder / "venue.toml").write_text(
        '[[cameras]]\nsource = "ghost"\n[canvas]\nsize = [160, 90]\n[osc]\nenabled = false\n[sound]\nenabled = false\n'
        '[loop]\ngovernor = false\n[scenes]\nplaylist = ["studio"]\n[painter]\nweights = "a.safetensors"\nsize = 64\n'
    )
    return folder / "venue.toml"


@pytest.mark.slow
def test_the_process_that_shows_paintings_and_dancers_imports_no_model(tmp_path: Path) -> None:
    from motion.dancer import store
    from tests.motion.dancer.dances import prepared

    root, venue, scene = Path(__file__).parents[3], studio(tmp_path), tmp_path / "scenes" / "studio.py"
    scene.write_text(STUDIO.replace("paints = True", "paints, cast = True, Cast(each=1, alone=1)"))
    store.save(tmp_path / "b.safetensors", prepared(), {})
    with venue.open("a") as file:
        file.write('[dancer]\nweights = "b.safetensors"\nrate = 30\n')
    words = [sys.executable, "-c", SHOWS, str(venue)]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] True"


@pytest.mark.slow
@POSIX
def test_a_wall_whose_painter_is_killed_keeps_its_painting_until_it_is_back(tmp_path: Path) -> None:
    frames: list[Frame] = []

    def newest() -> int:
        painting = frames[-1].moment.painting if frames else None
        return painting.sequence if painting is not None else -1

    def act() -> None:
        until(lambda: newest() > 2, 180.0)
        kill(show.hosts[-1])
        until(lambda: show.hosts[-1].restarts == 1)
        seen = newest()
        until(lambda: newest() > seen + 2, 180.0)

    with Show(load(studio(tmp_path)), ShowOptions(live=True, headless=True, on_frame=frames.append)) as show:
        play_beside(show, act)
    first = next(n for n, frame in enumerate(frames) if frame.moment.painting is not None)
    assert all(frame.moment.painting is not None for frame in frames[first:])
    assert [frame.moment.frame for frame in frames] == list(range(len(frames)))
    assert show.hosts[-1].restarts == 1
    assert frames[-1].moment.health.restarts >= 1


def test_a_film_of_paintings_is_the_same_again_and_so_is_its_replay(tmp_path: Path) -> None:
    venue = load(studio(tmp_path))

    def filmed(source: str | None, **options: Any) -> list[bytes]:
        with Show(with_source(venue, source), ShowOptions(live=False, headless=True, **options)) as show:
            return [read_pixels(show.stage.picture).tobytes() for _ in show.loop.film(30.0, 12)]

    films = [filmed(None, moments=tmp_path / "a.moments"), filmed(None), filmed(str(tmp_path / "a.moments"))]
    assert films[0] == films[1]
    assert films[0] == films[2], "what was saved holds no painting: it is painted again"
    first, last = (np.frombuffer(film, np.uint8) for film in (films[0][0], films[0][-1]))
    assert first.max() < last.max()


def test_a_painter_that_is_nowhere_ends_the_show_before_it_begins(tmp_path: Path) -> None:
    from installation.core.errors import UserError

    venue = load(studio(tmp_path))
    venue = venue.model_copy(update={"painter": PainterSection(weights=tmp_path / "b.safetensors")})
    with pytest.raises(UserError, match=r"b\.safetensors: can't be read"):
        Show(venue, ShowOptions(live=True, headless=True))
