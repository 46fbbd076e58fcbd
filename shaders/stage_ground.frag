// A bare stage: a floor that fades into the dark, and a pool of light around the bodies.
#include "noise.glsl"
#include "room.glsl"
uniform vec3 accent;
uniform vec3 pool; // x and z on the floor, and its radius, metres
uniform float ground;

void main() {
    vec3 at = floor_at(uv), ray = normalize(ray_of(uv));
    vec3 cool = mix(vec3(0.0035, 0.005, 0.008), accent * 0.012, 0.2);
    float rise = max(ray.y + 0.03, 0.0);
    vec3 seen = cool * (0.35 + 1.1 * exp(-7.0 * rise));
    vec2 lamp = (uv - vec2(0.5, 0.62)) * shape;
    seen += cool * 0.9 * exp(-1.6 * dot(lamp, lamp));
    if (at.z > 0.0) {
        vec2 away = (at.xy - pool.xy) / vec2(pool.z * 1.15, pool.z);
        float far = exp(-0.012 * at.z * at.z), spot = 1.0 - smoothstep(0.25, 1.35, length(away));
        float boards = 0.92 + 0.08 * gradient_noise(vec3(at.x * 6.0, at.y * 0.7, 0.0));
        vec3 floor_ = mix(cool, vec3(0.03, 0.026, 0.024), 0.6) * far * boards;
        floor_ += ground * vec3(0.17, 0.13, 0.10) * spot * (0.75 + 0.25 * far) * boards;
        seen = mix(seen, floor_, smoothstep(0.0, 0.02, -ray.y) * far);
    }
    float beam = (uv.x - on_canvas(vec3(pool.x, 0.0, pool.y)).x) * shape.x / (0.16 + 0.30 * (1.0 - uv.y));
    seen += ground * 0.009 * vec3(1.0, 0.86, 0.7) * exp(-beam * beam * 2.0) * (0.6 + 0.4 * uv.y);
    colour = vec4(seen, 1.0);
}
