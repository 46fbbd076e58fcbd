// Hills in mist at the horizon: R their ink, G the sun in the accent colour.
#include "loop.glsl"
#include "room.glsl"
uniform sampler2D noise;
uniform float phase_60, phase_180, phase_3600, alone;

void main() {
    vec2 at = uv * shape;
    float ink = 0.0, horizon = on_canvas(vec3(0.0, 0.0, 30.0)).y;
    for (int i = 0; i < 3; i++) {
        float layer = float(i), x = at.x * (0.55 + 0.25 * layer) + 3.7 * layer + 2.3 * sin(TURN * phase_3600) * (1.0 + layer);
        float ridge = 0.5 + 0.5 * simplex(vec2(x, 1.3 * layer)) + 0.20 * simplex(vec2(3.1 * x, layer));
        ridge += 0.02 * texture(noise, vec2(1.3 * x, 0.2 * layer)).r;
        float range = smoothstep(0.25, 0.75, 0.5 + 0.5 * sin(0.9 * x + 2.2 * layer));
        float top = horizon + 0.025 + (0.22 - 0.06 * layer) * ridge * range, depth = (top - uv.y) / 0.16;
        float cloud = 0.33 * texture(noise, at * vec2(0.35, 0.8) + vec2(phase_180, layer * 0.37)).r;
        float inside = smoothstep(0.0, 0.035 + 0.03 * cloud, top - uv.y);
        float mist = smoothstep(-0.03, 0.13 + 0.05 * cloud, uv.y - horizon + 0.03 * sin(TURN * phase_60 + layer));
        ink = max(ink, inside * mist * (0.30 + 0.22 * layer) * exp(-1.1 * max(depth, 0.0)) * (0.9 + 0.3 * cloud));
    }
    vec2 sun = at - vec2(shape.x - 0.30, horizon + 0.25);
    float disc = 1.0 - smoothstep(0.055, 0.058, length(sun) + 0.0016 * texture(noise, at * 1.7).g);
    colour = vec4(ink * mix(0.55, 1.0, alone), disc * (0.97 + 0.03 * texture(noise, at * 0.6).r), 0.0, 1.0);
}
