// A body's mesh as a flat shadow; the colours of a visitor's shadow spread with the height above the floor.
#include "flesh.glsl"
#include "room.glsl"
in vec3 place, bones;
uniform sampler2D table;
uniform ivec3 thrown[96]; // row, colour or -1 for all, and whether it is shifted beside the others
uniform float spread, sway[4], lean[4], stretch[4];
uniform int under; // 1 for the mirror image in the floor
out vec4 kept;

void main() {
    ivec3 what = thrown[gl_InstanceID];
    float presence = person(table, what.x).x;
    vec3 here = vec4(place, 1.0) * carrier(table, what.x, int(bones.x), int(bones.y), bones.z);
    float high = max(here.y, 0.0), aside = what.z == 0 ? 0.0 : spread * lean[what.y] * (float(what.y) - 1.5 + 0.4 * sway[what.y]);
    here.x += 0.09 * aside * high + (1.0 - presence) * 0.5 * aside;
    here.y *= what.y < 0 ? 1.0 : stretch[what.y];
    kept = vec4(what.y < 0 ? presence : 0.0);
    if (what.y >= 0) kept[what.y] = presence;
    if (under == 1) {
        kept *= 0.25 * exp(-4.5 * high);
        here.y = -0.9 * here.y;
    }
    gl_Position = presence < 0.01 ? vec4(0.0, 0.0, 9.0, 1.0) : through_wall(here);
}
