// Rim light of the lamps behind the bodies: RGB the square root of a quarter of the light, A coverage.
#include "room.glsl"
uniform vec3 visitor, dancer;
uniform float lamps;
uniform int lamp;
in vec3 across, here, about;

void main() {
    vec3 n = normalize(across), dye = mix(visitor, dancer, about.y);
    float edge = 1.0 - abs(dot(n, normalize(here - eye)));
    float left = dot(n, vec3(-0.86, 0.28, 0.42)), right = dot(n, vec3(0.90, 0.16, 0.40));
    vec3 seen = dye * edge * edge * (3.4 * smoothstep(0.2, 0.9, left) + 2.0 * smoothstep(0.25, 0.9, right));
    seen += dye * (0.10 * max(left, 0.0) * max(left, 0.0) + 0.03 * max(right, 0.0));
    seen *= mix(0.25, 1.0, smoothstep(-0.1, 0.7, here.y)) * mix(0.45, 1.0, about.z);
    seen = (seen * lamps + vec3(0.004, 0.005, 0.006) + dye * 0.008 * (1.0 - edge) * (0.5 + 0.5 * n.y)) * about.x;
    colour = lamp > 0 ? vec4(about.x) : vec4(sqrt(0.25 * min(seen, 4.0)), about.x);
}
