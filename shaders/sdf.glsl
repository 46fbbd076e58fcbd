// Signed distance functions, in the unit of the point; below 0 is inside.

// Distance to the segment a-b in x, and in y the position of the nearest point along it, 0..1.
vec2 segment(vec2 p, vec2 a, vec2 b) {
    vec2 pa = p - a, ba = b - a;
    float along = clamp(dot(pa, ba) / max(dot(ba, ba), 1e-12), 0.0, 1.0);
    return vec2(length(pa - ba * along), along);
}

// A disc around the origin.
float circle(vec2 p, float radius) {
    return length(p) - radius;
}

// A ring around the origin, `width` thick.
float ring(vec2 p, float radius, float width) {
    return abs(length(p) - radius) - width * 0.5;
}

// A rectangle around the origin with half its size and rounded corners.
float box(vec2 p, vec2 half_size, float rounding) {
    vec2 q = abs(p) - half_size + rounding;
    return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - rounding;
}

// A limb from a to b whose radius goes from `ra` to `rb` along the way.
float capsule(vec2 p, vec2 a, vec2 b, float ra, float rb) {
    vec2 near = segment(p, a, b);
    return near.x - mix(ra, rb, near.y);
}

// Smooth union of two shapes within `k` (polynomial smooth minimum).
float smooth_min(float a, float b, float k) {
    float h = max(k - abs(a - b), 0.0) / k;
    return min(a, b) - h * h * k * 0.25;
}

// Coverage 0..1 of a distance given in pixels.
float cover(float distance_px) {
    return clamp(0.5 - distance_px, 0.0, 1.0);
}
