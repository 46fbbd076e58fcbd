// Paper tear: the outgoing picture is torn from top to bottom, with white fibres, and both halves move away.
#include "transition.glsl"
#include "warp.glsl"

// Position of the tear at a height, in heights from the left.
float tear(float y) {
    float at = 0.5 * aspect + 0.35 * (chance(1) - 0.5) * (y - 0.5) * 2.0;
    at += 0.10 * simplex(vec2(1.7 * y, 40.0 * chance(2))) + 0.035 * simplex(vec2(6.0 * y, 40.0 * chance(3)));
    return at + 0.007 * simplex(vec2(27.0 * y, 7.0)) + 0.002 * simplex(vec2(90.0 * y, 9.0));
}

// A half of the sheet: the point on it, and its distance inside the torn edge; `side` -1 is the left half.
vec3 half_sheet(vec2 p, float side, float zip, float away) {
    float gape = zip * 0.05 * smoothstep(1.1 - 1.2 * zip, 1.7 - 1.2 * zip, p.y);
    vec2 hinge = vec2(0.5 * aspect + side * 0.5, -0.15);
    vec2 q = turn(p - hinge - vec2(side * away * (0.5 * aspect + 0.55), -0.12 * away), side * 0.42 * away) + hinge;
    q.x -= side * gape;
    return vec3(q, side * (q.x - tear(q.y)));
}

// Shadow of a half of the sheet, outside of it and its `fibre`, about `wide` wide.
float shade(vec3 half_, float fibre, float wide) {
    vec2 beyond = max(-half_.xy, half_.xy - vec2(aspect, 1.0));
    return exp(-max(max(-half_.z - fibre, max(beyond.x, beyond.y)), 0.0) / wide);
}

void main() {
    if (part <= 0.0) { show_before(); return; }
    vec2 p = place();
    float zip = smoothstep(0.0, 0.42, part), away = smoothstep(0.3, 1.0, part);
    away *= away * (0.4 + 0.6 * away);
    vec3 left = half_sheet(p, -1.0, zip, away), right = half_sheet(p, 1.0, zip, away);
    // The right half is on top and has the paper's white core.
    float fibre = 0.005 + 0.010 * value_noise(vec2(45.0 * right.y, 3.0)) + 0.016 * value_noise(vec2(8.0 * right.y, 5.0));
    float torn = smoothstep(0.0, 0.02, zip * smoothstep(1.1 - 1.2 * zip, 1.45 - 1.2 * zip, p.y) * 0.05 + away);
    fibre *= torn;
    vec3 half_ = right.z > -fibre ? right : left;
    float depth = right.z > -fibre ? right.z + fibre : left.z;
    vec2 sheet = vec2(half_.x / aspect, half_.y);
    vec2 rim = smoothstep(vec2(-0.001), vec2(0.001), sheet) * smoothstep(vec2(-0.001), vec2(0.001), 1.0 - sheet);
    float k = mix(1.0, smoothstep(-pixel, pixel, depth), torn) * (away > 0.0 ? rim.x * rim.y : 1.0);
    float shadow = 0.62 * torn * between() * (shade(right, fibre, 0.05) + 0.6 * shade(left, 0.0, 0.03));
    if (k <= 0.0 && shadow < 0.003) { show_after(); return; }
    vec3 below = light_after(uv) * (1.0 - min(shadow, 0.9));
    if (k <= 0.0) { show(below); return; }
    vec3 sheet_light = light_before(sheet);
    if (right.z > -fibre && right.z < 0.003) {
        float grainy = value_noise(vec2(260.0 * half_.x, 170.0 * half_.y));
        float core = torn * smoothstep(0.003, 0.0, right.z);
        sheet_light = mix(sheet_light, vec3(0.62, 0.59, 0.54) * (0.72 + 0.28 * grainy) * mix(0.55, 1.0, depth / max(fibre, 1e-4)), core);
    } else if (left.z > 0.0 && right.z <= -fibre) {
        sheet_light *= 1.0 - 0.5 * between() * exp(-left.z / 0.012);
    }
    show(mix(below, sheet_light, k));
}
