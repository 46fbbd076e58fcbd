// Bodies as scenes read them; the table is that of installation/stage/bodies.py.

const int CORE = 22;

// The rows of a bone's matrix from the T-pose to the room.
mat4x3 bone_matrix(sampler2D table, int row, int bone) {
    vec4 x = texelFetch(table, ivec2(3 * bone, row), 0), y = texelFetch(table, ivec2(3 * bone + 1, row), 0),
        z = texelFetch(table, ivec2(3 * bone + 2, row), 0);
    return mat4x3(x.x, y.x, z.x, x.y, y.y, z.y, x.z, y.z, z.z, x.w, y.w, z.w);
}

// A place of the T-pose, or with w = 0 a direction, where one bone carries it: metres in the room.
vec3 carried(sampler2D table, int row, int bone, vec4 place) {
    return vec3(dot(texelFetch(table, ivec2(3 * bone, row), 0), place),
        dot(texelFetch(table, ivec2(3 * bone + 1, row), 0), place),
        dot(texelFetch(table, ivec2(3 * bone + 2, row), 0), place));
}

// A joint's velocity in metres a second, and how much it is to be trusted.
vec4 velocity_of(sampler2D table, int row, int bone) {
    return texelFetch(table, ivec2(3 * CORE + bone, row), 0);
}

// Presence 0..1, tint 0..1, size (1 is an adult of 1.70 m) and energy 0..1.
vec4 person(sampler2D table, int row) {
    return texelFetch(table, ivec2(4 * CORE, row), 0);
}
