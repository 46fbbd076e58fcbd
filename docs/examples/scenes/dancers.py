"""Dancers: `cast` asks for them, `bodies` holds visitors and dancers; here they are printed over each other."""

from installation.interface import SAMPLES_PER_PIXEL, Cast, Graphics, Knob, KnobValues, Moment, Scene, Target


class Dancers(Scene):
    """Dancers: two plates, two inks, one dance."""

    cast = Cast(each=1, alone=2)
    knobs = (Knob("visitor", (0.1, 0.42, 0.62), help="Their ink"), Knob("dancer", (0.96, 0.36, 0.33), help="Their ink"))

    def setup(self, graphics: Graphics) -> None:
        self.bodies, self.framing = graphics.bodies(), graphics.camera_framing(0.8)
        self.ink, self.show = graphics.body_shader("bodies.vert", "dancers.frag"), graphics.shader("dancers_show.frag")
        self.plate = graphics.target(samples=SAMPLES_PER_PIXEL)

    def draw(self, moment: Moment, knobs: KnobValues, canvas: Target) -> None:
        self.bodies.update(moment)
        given = {"table": self.bodies.table, **self.framing.follow(self.bodies, moment.step).uniforms}
        self.plate.clear()
        for dancing, ink in ((False, knobs.visitor), (True, knobs.dancer)):
            rows = [each.row for each in self.bodies.shown if (each.key < 0) == dancing]
            self.ink(self.plate, blend="add", cull="front", instances=len(rows), order=rows or [0], ink=ink, **given)
        self.plate.resolve()
        self.show(canvas, plate=self.plate)
