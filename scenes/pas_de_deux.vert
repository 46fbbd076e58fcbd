// A body's mesh in the room, or with `lamp` above 0 its shadow on the floor from that lamp.
#include "flesh.glsl"
#include "room.glsl"
in vec3 place, normal, bones;
uniform sampler2D table;
uniform int order[24], lamp;
uniform float answers[24];
uniform vec3 middle;
out vec3 across, here, about; // about: presence, whether it is a dancer, trust of the position

void main() {
    int row = order[gl_InstanceID], bone = int(bones.x);
    mat3x4 pose = carrier(table, row, bone, int(bones.y), bones.z);
    about = vec3(person(table, row).x, answers[row], velocity_of(table, row, bone).w);
    here = vec4(place, 1.0) * pose;
    across = vec4(normal, 0.0) * pose;
    if (lamp > 0) {
        vec3 from = middle + (lamp == 1 ? vec3(-1.9, 2.7, 3.9) : vec3(2.2, 2.4, 4.2));
        here += (here - from) * here.y / max(from.y - here.y, 0.5);
        here.z = max(here.z, eye.z + 1.0);
    }
    gl_Position = about.x < 0.01 ? vec4(0.0, 0.0, 9.0, 1.0) : through_wall(here);
}
