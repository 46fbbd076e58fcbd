// The second of three, drawn several times: the pressure comes closer to what keeps the water from piling up.
#include "feedback.glsl"
uniform sampler2D pressure, measured;
uniform vec2 resolution;

void main() {
    colour = vec4(pressure_step(pressure, measured, uv, 1.0 / resolution));
}
