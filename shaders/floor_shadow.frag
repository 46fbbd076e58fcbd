// How much light a body keeps from the floor: soft below the hips, dark and close where feet, knees and hands touch it.
#include "flesh.glsl"
uniform sampler2D table;
uniform float ground;
flat in int row;
in vec2 spot;

const int PARTS = 9;
const int BONE[PARTS] = int[](0, 12, 20, 13, 21, 11, 19, 9, 17); // hips, feet, toes, shins, hands
const vec4 PLACE[PARTS] = vec4[](vec4(0.0, 0.94, 0.0, 0.30), vec4(0.09, 0.06, -0.02, 0.085),
    vec4(-0.09, 0.06, -0.02, 0.085), vec4(0.09, 0.03, 0.13, 0.07), vec4(-0.09, 0.03, 0.13, 0.07),
    vec4(0.09, 0.49, 0.0, 0.10), vec4(-0.09, 0.49, 0.0, 0.10), vec4(0.78, 1.385, 0.0, 0.07),
    vec4(-0.78, 1.385, 0.0, 0.07));

void main() {
    float open = 1.0;
    for (int i = 0; i < PARTS; i++) {
        vec3 at = carried(table, row, BONE[i], vec4(PLACE[i].xyz, 1.0));
        float high = max(at.y, 0.0), wide = PLACE[i].w * 1.15 + 0.30 * high;
        vec2 away = (spot - at.xz - vec2(0.22, 0.18) * high) / wide;
        open *= 1.0 - 0.85 * exp(-dot(away, away)) * min(PLACE[i].w * PLACE[i].w * 2.0 / (wide * wide), 1.0);
    }
    colour = vec4(0.0, 0.0, 0.0, (1.0 - open) * ground * person(table, row).x);
}
