// A body's mesh as a wash of ink, with an uneven edge.
#include "flesh.glsl"
#include "room.glsl"
in vec3 place, normal, bones;
uniform sampler2D table;
uniform int order[24];
uniform float phase_240;
out vec3 rest, across, about; // about: presence, speed, metres from the eye

void main() {
    int row = order[gl_InstanceID], a = int(bones.x), b = int(bones.y);
    float turns = 6.28318530718 * phase_240, wave = sin(31.0 * place.x + 17.0 * place.y + 76.0 * turns);
    wave *= sin(23.0 * place.y - 19.0 * place.z - 38.0 * turns);
    vec4 at = vec4(place + normal * (0.004 * wave), 1.0);
    mat3x4 pose = carrier(table, row, a, b, bones.z);
    vec3 here = at * pose;
    across = vec4(normal, 0.0) * pose;
    about = vec3(person(table, row).x, length(velocity_of(table, row, a).xyz), 0.0);
    rest = place;
    gl_Position = through_wall(here);
    about.z = gl_Position.w;
}
