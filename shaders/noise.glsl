// Noise without textures or sine, equal on every driver with IEEE integers.

// Hash of an integer (PCG output permutation, O'Neill 2014, as a hash after Jarzynski and Olano 2020).
uint hash(uint x) {
    uint state = x * 747796405u + 2891336453u;
    uint word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return (word >> 22u) ^ word;
}

// Hash of a lattice cell.
uint hash(ivec2 p) {
    return hash(uint(p.x) + hash(uint(p.y)));
}

// Hash of a lattice cell in space.
uint hash(ivec3 p) {
    return hash(uint(p.x) + hash(uint(p.y) + hash(uint(p.z))));
}

// 0..1 of an integer.
float unit(uint bits) {
    return float(bits >> 8u) * (1.0 / 16777216.0);
}

// 0..1 of an index, for particles.
float random(int index, int salt) {
    return unit(hash(ivec2(index, salt)));
}

// Two such numbers.
vec2 random2(int index, int salt) {
    uint bits = hash(ivec2(index, salt));
    return vec2(unit(bits), unit(hash(bits)));
}

// Value noise, 0..1, with continuous curvature.
float value_noise(vec2 p) {
    vec2 cell = floor(p), f = p - cell;
    vec2 u = f * f * f * (f * (f * 6.0 - 15.0) + 10.0);
    ivec2 i = ivec2(cell);
    return mix(
        mix(unit(hash(i)), unit(hash(i + ivec2(1, 0))), u.x),
        mix(unit(hash(i + ivec2(0, 1))), unit(hash(i + ivec2(1, 1))), u.x), u.y);
}

// A unit vector of a lattice cell, one of eight.
vec2 slope(ivec2 p) {
    uint bits = hash(p);
    vec2 sign_of = vec2(bits & 1u, (bits >> 1u) & 1u) * 2.0 - 1.0;
    vec2 steep = (bits & 4u) == 0u ? vec2(0.92388, 0.38268) : vec2(0.38268, 0.92388);
    return steep * sign_of;
}

// Simplex noise in the plane, about -1..1 (Perlin 2001; three corners of the triangle each).
float simplex(vec2 p) {
    const float SKEW = 0.36602540378, UNSKEW = 0.21132486540;
    vec2 cell = floor(p + (p.x + p.y) * SKEW);
    vec2 a = p - cell + (cell.x + cell.y) * UNSKEW;
    vec2 turn = a.x > a.y ? vec2(1.0, 0.0) : vec2(0.0, 1.0);
    vec2 b = a - turn + UNSKEW, c = a - 1.0 + 2.0 * UNSKEW;
    ivec2 i = ivec2(cell);
    vec3 fall = max(0.5 - vec3(dot(a, a), dot(b, b), dot(c, c)), 0.0);
    fall *= fall;
    fall *= fall;
    vec3 rise = vec3(dot(a, slope(i)), dot(b, slope(i + ivec2(turn))), dot(c, slope(i + 1)));
    return 99.0 * dot(fall, rise);
}

// Gradient noise at the place f in a cell of the lattice, 0..1 in each direction; `here` and `there` are the columns and
// rows of its corners, `low` and `high` their layers.
float lattice_noise(vec3 f, ivec2 here, ivec2 there, int low, int high) {
    vec3 u = f * f * f * (f * (f * 6.0 - 15.0) + 10.0);
    float corner[8];
    for (int n = 0; n < 8; n++) {
        ivec3 at = ivec3(n & 1, (n >> 1) & 1, n >> 2);
        uint bits = hash(ivec3(at.x == 0 ? here.x : there.x, at.y == 0 ? here.y : there.y, n < 4 ? low : high));
        vec3 slope3 = vec3(bits & 255u, (bits >> 8u) & 255u, (bits >> 16u) & 255u) * (2.0 / 255.0) - 1.0;
        corner[n] = dot(slope3, f - vec3(at));
    }
    vec4 across = mix(vec4(corner[0], corner[2], corner[4], corner[6]), vec4(corner[1], corner[3], corner[5], corner[7]), u.x);
    vec2 mid = mix(across.xz, across.yw, u.y);
    return mix(mid.x, mid.y, u.z);
}

// Gradient noise in space, about -1..1, between the layers `low` and `high` of the lattice, which z lies between.
float gradient_noise(vec3 p, int low, int high) {
    vec3 cell = floor(p);
    ivec2 here = ivec2(cell.xy);
    return lattice_noise(p - cell, here, here + 1, low, high);
}

// Gradient noise in space, about -1..1; loop.glsl has noise that changes in place without a seam.
float gradient_noise(vec3 p) {
    int low = int(floor(p.z));
    return gradient_noise(p, low, low + 1);
}

// Fractal sum of simplex noise, about -1..1; each octave is turned so that the lattices do not line up.
float fbm(vec2 p, int octaves) {
    const mat2 TURN = mat2(1.6, 1.2, -1.2, 1.6);
    float sum = 0.0, weight = 0.5;
    for (int i = 0; i < octaves; i++) {
        sum += weight * simplex(p);
        p = TURN * p + 17.3;
        weight *= 0.5;
    }
    return sum;
}

// A divergence-free drift: the curl of a potential, which is a slice of noise at height z (Bridson 2007). loop.glsl has
// one that moves without a seam, `boiling_curl`.
vec2 curl(vec2 p, float z) {
    const float E = 0.05;
    float up = gradient_noise(vec3(p + vec2(0.0, E), z)), down = gradient_noise(vec3(p - vec2(0.0, E), z));
    float right = gradient_noise(vec3(p + vec2(E, 0.0), z)), left = gradient_noise(vec3(p - vec2(E, 0.0), z));
    return vec2(up - down, left - right) / (2.0 * E);
}
