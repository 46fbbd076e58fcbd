// A body's mesh in the room: the vertex shader of `Graphics.body_shader` where only the fragment shader is your own.
// The fragment shader includes bodies.glsl. Give it `View.uniforms`, `table` and `order` of `Graphics.bodies`, and as many
// `instances` as rows of `order` are drawn.
#include "flesh.glsl"
#include "room.glsl"
in vec3 place;     // a corner of the mesh in the T-pose, metres
in vec3 normal;    // the surface's normal there
in vec3 bones;     // two bones that carry it, and the weight of the first
uniform sampler2D table;
uniform int order[24];
out vec3 here;     // metres in the room
out vec3 across;   // the surface's normal in the room; its length is not 1
flat out vec4 who; // presence, tint, size, energy: `person` of flesh.glsl

void main() {
    int row = order[gl_InstanceID];
    mat3x4 pose = carrier(table, row, int(bones.x), int(bones.y), bones.z);
    who = person(table, row);
    here = vec4(place, 1.0) * pose;
    across = vec4(normal, 0.0) * pose;
    gl_Position = who.x < 0.01 ? vec4(0.0, 0.0, 9.0, 1.0) : through_wall(here);
}
