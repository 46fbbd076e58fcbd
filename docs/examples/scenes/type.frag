#include "given.glsl"
#include "people.glsl"
uniform sampler2D page;
uniform float rows, phase_300;
void main() {
    float way = mod(floor(uv.y * rows), 2.0) * 2.0 - 1.0;  // rows run to the left and to the right in turn
    float letter = texture(page, uv + vec2(way * phase_300, 0.0) - 0.05 * flow_at(flow, uv)).r;
    vec4 here = texture(mask, uv);
    vec3 light = vec3(0.17, 0.15, 0.16) + here.g * vec3(0.9, 0.35, 0.15) + here.r * vec3(0.9, 0.8, 0.6);
    vec3 fire = vec3(0.75, 0.16, 0.05) * (0.75 * here.r + 0.5 * max(here.a - here.r, 0.0) + 0.2 * here.g * here.g);
    colour = vec4(mix(fire, light, letter), 1.0);
}
