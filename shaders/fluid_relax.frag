// The second of three, drawn several times: the pressure comes closer to what keeps the water from piling up.
#include "feedback.glsl"
uniform sampler2D pressure, measured;
uniform vec2 resolution;

const float KEPT = 0.998; // what nothing pushes back is forgotten, so that the mean stays within half floats for days

void main() {
    colour = vec4(KEPT * pressure_step(pressure, measured, uv, 1.0 / resolution));
}
