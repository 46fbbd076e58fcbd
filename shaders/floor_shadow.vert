// A piece of the floor below each body, on which it throws its shadow.
#include "flesh.glsl"
#include "room.glsl"
uniform sampler2D table;
uniform int order[24];
flat out int row;
out vec2 spot;

void main() {
    row = order[gl_InstanceID];
    vec3 hips = carried(table, row, 0, vec4(0.0, 0.94, 0.0, 1.0));
    spot = hips.xz + 1.5 * (vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0);
    spot.y = max(spot.y, 0.6 - 0.9 * -eye.z);
    gl_Position = through_wall(vec3(spot.x, 0.0, spot.y));
}
