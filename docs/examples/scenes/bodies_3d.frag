#include "bodies.glsl"
uniform float phase_10;
void main() { // what is left of a body are sheets, cool outside and hot inside
    if (fract(here.y * 20.0 - phase_10) > 0.6 * who.x) discard;
    float facing = dot(normalize(across), normalize(eye - here)), rim = 1.0 - abs(facing);
    colour = vec4(facing > 0.0 ? vec3(0.85, 0.93, 1.0) * (0.05 + rim) : vec3(1.0, 0.28, 0.05) * (0.8 + 2.0 * rim), 1.0);
}
