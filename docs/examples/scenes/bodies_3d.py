"""3D: the meshes of bodies in a room, cut into sheets by a shader, before a camera that looks down and sways."""

from dataclasses import replace
from math import sin, tau

from installation.interface import Graphics, KnobValues, Moment, Scene, Target


class Bodies3D(Scene):
    """Bodies: a stack of sheets for everybody, and a fire inside."""

    def setup(self, graphics: Graphics) -> None:
        self.bodies, self.framing = graphics.bodies(), graphics.camera_framing(0.72)
        self.cut = graphics.body_shader("bodies.vert", "bodies_3d.frag", 0.03, depth=True)
        self.light, self.show = graphics.target(depth=True, samples=4), graphics.shader("bodies_3d_show.frag")

    def draw(self, moment: Moment, knobs: KnobValues, canvas: Target) -> None:
        bodies, light = self.bodies, self.light
        bodies.update(moment)
        view, sway = self.framing.follow(bodies, moment.step), 0.6 * sin(tau * moment.phase(24))
        lifted = replace(view, across_m=view.across_m + sway, height_m=2.8, horizon=view.horizon + 0.16 * view.lens)
        light.clear()
        self.cut(light, instances=bodies.count, order=bodies.order, table=bodies.table, **lifted.uniforms)
        light.resolve()
        self.show(canvas, light=light, **lifted.uniforms)
