// A quad on the floor below each body, and the parts of the body that throw a shadow on it.
#include "flesh.glsl"
#include "room.glsl"
uniform sampler2D table;
uniform int order[24];
out vec2 spot;
flat out float presence;
flat out vec4 parts[9]; // positions in the room and sizes, metres

const int BONE[9] = int[](0, 12, 20, 13, 21, 11, 19, 9, 17); // hips, feet, toes, shins, hands
const vec4 PLACE[9] = vec4[](vec4(0.0, 0.94, 0.0, 0.30), vec4(0.09, 0.06, -0.02, 0.085),
    vec4(-0.09, 0.06, -0.02, 0.085), vec4(0.09, 0.03, 0.13, 0.07), vec4(-0.09, 0.03, 0.13, 0.07),
    vec4(0.09, 0.49, 0.0, 0.10), vec4(-0.09, 0.49, 0.0, 0.10), vec4(0.78, 1.385, 0.0, 0.07),
    vec4(-0.78, 1.385, 0.0, 0.07));

void main() {
    int row = order[gl_InstanceID];
    presence = person(table, row).x;
    for (int i = 0; i < 9; i++) parts[i] = vec4(carried(table, row, BONE[i], vec4(PLACE[i].xyz, 1.0)), PLACE[i].w);
    spot = parts[0].xz + 1.3 * (vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0);
    spot.y = max(spot.y, 0.6 - 0.9 * -eye.z);
    gl_Position = through_wall(vec3(spot.x, 0.0, spot.y));
}
