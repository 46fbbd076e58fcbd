// A skinned mesh: `skin` has a row for each body, three texels a joint, the rows of its matrix.
#include "flesh.glsl"
#include "room.glsl"
in vec3 place, normal;
in vec2 at;
in uvec4 joints;
in vec4 weights, tint;
uniform sampler2D skin, table;
uniform int order[24];
out vec3 here, across;
out vec2 texel;
out vec4 dye;
flat out float presence;

void main() {
    int row = order[gl_InstanceID];
    vec4 x = vec4(0.0), y = vec4(0.0), z = vec4(0.0);
    for (int i = 0; i < 4; i++) {
        int joint = 3 * int(joints[i]);
        if (weights[i] > 0.0) {
            x += weights[i] * texelFetch(skin, ivec2(joint, row), 0);
            y += weights[i] * texelFetch(skin, ivec2(joint + 1, row), 0);
            z += weights[i] * texelFetch(skin, ivec2(joint + 2, row), 0);
        }
    }
    vec4 at_bind = vec4(place, 1.0);
    here = vec3(dot(x, at_bind), dot(y, at_bind), dot(z, at_bind));
    across = vec3(dot(x.xyz, normal), dot(y.xyz, normal), dot(z.xyz, normal));
    texel = at;
    dye = tint;
    presence = person(table, row).x;
    gl_Position = through_wall(here);
}
