// Fluid pass 2 of 3, drawn several times: one Jacobi iteration of the pressure.
#include "feedback.glsl"
uniform sampler2D pressure, measured;
uniform vec2 resolution;

const float KEPT = 0.998; // decay, so that the mean pressure stays within half floats for days

void main() {
    colour = vec4(KEPT * pressure_step(pressure, measured, uv, 1.0 / resolution));
}
