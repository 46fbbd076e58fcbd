// Shore: the incoming scene runs over the outgoing one in waves that draw back in between, with an edge of foam.
#include "transition.glsl"

void main() {
    vec2 p = place(), offset = 30.0 * vec2(chance(1), chance(2));
    float swash = 0.075 * sin(25.1327 * part) * between();
    float line = mix(-0.16, 1.16, part) + swash, most = mix(-0.16, 1.16, part) + 0.075 * between() + 0.05;
    float wet = 0.5 * between() * smoothstep(most + 0.02, most - 0.10, p.y);
    // The edge varies by at most 0.09; the water is clear from 0.36 on.
    if (p.y > line + 0.11 && wet <= 0.0) { show_before(); return; }
    if (p.y < line - 0.45) { show_after(); return; }
    line += 0.055 * simplex(vec2(1.1 * p.x + 1.5 * part, offset.x)) + 0.022 * simplex(vec2(3.7 * p.x - 2.0 * part, offset.y));
    line += 0.006 * simplex(vec2(14.0 * p.x, 9.0 * part));
    float depth = line - p.y;
    if (depth < -0.012) {
        if (wet <= 0.0) show_before(); else show(light_before(uv) * (1.0 - wet) * mix(vec3(1.0), vec3(0.9, 0.97, 1.05), wet));
        return;
    }
    float thin = exp(-max(depth, 0.0) / 0.065) * between();
    if (thin < 0.004) { show_after(); return; }
    vec2 ripple = thin * vec2(simplex(7.0 * p + offset + 4.0 * part), simplex(7.0 * p - offset - 4.0 * part));
    // Below the water's edge the outgoing scene is still visible.
    float k = smoothstep(0.0, 0.10, depth) * 0.65 + 0.35 * smoothstep(-0.002, 0.004, depth);
    vec3 light = mix(light_before(uv + 0.02 * ripple) * (1.0 - wet), light_after(uv + 0.025 * ripple), mix(1.0, k, between()));
    vec2 lace = 11.0 * p + 2.2 * vec2(simplex(5.0 * p + offset), simplex(5.0 * p - offset));
    float bubbles = 1.0 - abs(simplex(lace + vec2(0.0, 3.0 * part)));
    float foam = smoothstep(0.80, 0.97, bubbles) * exp(-max(depth - 0.01, 0.0) / 0.05);
    foam = max(foam, smoothstep(-0.006, 0.0, depth) * exp(-max(depth, 0.0) / (0.008 + 0.010 * bubbles)));
    float bright = 0.16 + 0.6 * max(luminance(light_before(uv)), luminance(light_after(uv)));
    show(mix(light, bright * vec3(0.92, 0.98, 1.0), 0.85 * foam * between()));
}
