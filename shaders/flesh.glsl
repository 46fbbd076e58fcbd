// Reads the table of bodies (`Graphics.bodies`; installation/stage/bodies/bodies.py).

const int CORE = 22;

// Matrix from the T-pose to the room for a vertex of two bones, `weight` being that of the first: a point with w = 1
// becomes metres in the room, a direction with w = 0 a direction there.
mat3x4 carrier(sampler2D table, int row, int first, int second, float weight) {
    mat3x4 found;
    for (int i = 0; i < 3; i++) {
        ivec2 a = ivec2(3 * first + i, row), b = ivec2(3 * second + i, row);
        found[i] = mix(texelFetch(table, b, 0), texelFetch(table, a, 0), weight);
    }
    return found;
}

// A point of the T-pose, or with w = 0 a direction, moved by one bone: metres in the room.
vec3 carried(sampler2D table, int row, int bone, vec4 place) {
    return vec3(dot(texelFetch(table, ivec2(3 * bone, row), 0), place),
        dot(texelFetch(table, ivec2(3 * bone + 1, row), 0), place),
        dot(texelFetch(table, ivec2(3 * bone + 2, row), 0), place));
}

// A joint's velocity in metres a second, and its trust 0..1.
vec4 velocity_of(sampler2D table, int row, int bone) {
    return texelFetch(table, ivec2(3 * CORE + bone, row), 0);
}

// Presence 0..1, tint 0..1, size (1 is an adult of 1.70 m) and energy 0..1.
vec4 person(sampler2D table, int row) {
    return texelFetch(table, ivec2(4 * CORE, row), 0);
}
