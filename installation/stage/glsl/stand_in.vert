// A body's mesh on the canvas, to be filled. The mirrored view reverses its winding, which fill.frag subtracts, so that
// the tint is negated here.
#include "flesh.glsl"
#include "room.glsl"
in vec3 place, bones;
uniform sampler2D table;
uniform int order[24];
uniform vec2 tints[24];
out vec2 paint;

void main() {
    vec2 tint = tints[gl_InstanceID];
    paint = -tint;
    vec3 here = vec4(place, 1.0) * carrier(table, order[gl_InstanceID], int(bones.x), int(bones.y), bones.z);
    gl_Position = tint.x < 0.01 ? vec4(0.0, 0.0, 9.0, 1.0) : through_wall(here);
}
