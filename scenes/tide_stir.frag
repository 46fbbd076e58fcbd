// Water: RG velocity, advected by itself and driven by currents, limbs and ink; B ink at depth; A stirring by limbs.
#include "feedback.glsl"
#include "people.glsl"
uniform sampler2D water, ink, mask, flow;
uniform vec2 resolution;
uniform vec3 waves[7]; // wave vector in radians a height, and phase
uniform vec4 brushes[4];
uniform float press[4], dt, aspect, swell, rest, burst;

void main() {
    vec2 shape = vec2(aspect, 1.0), at = uv * shape, tide = vec2(0.0), limb = flow_at(flow, uv);
    vec4 was = advect(water, water, uv, dt), near = min(texture(ink, uv), 2.0);
    for (int i = 0; i < 7; i++)
        tide += normalize(vec2(-waves[i].y, waves[i].x)) * cos(dot(waves[i].xy, at) + waves[i].z);
    vec2 speed = mix(0.14 * swell * tide / shape, was.xy * fade(rest, dt), fade(3.0, dt));
    speed.y += 0.25 * dt * near.r;
    speed -= dt * gradient(mask, uv, 1.0 / resolution) / shape * (0.4 + burst + max(arriving(texture(mask, uv)), 0.0));
    for (int i = 0; i < 4; i++) {
        vec2 far = (uv - brushes[i].zw) * shape / 0.05;
        vec2 hand = (brushes[i].zw - brushes[i].xy) / max(dt, 1e-3);
        speed = mix(hand, speed, fade(0.1, dt * press[i] * exp(-dot(far, far))));
    }
    float pace = length(limb * shape), grip = min(texture(flow, uv).z, 1.0);
    speed = mix(limb, speed, fade(0.04, dt * grip * smoothstep(0.03, 0.3, pace)));
    colour = vec4(speed, mix(near.r, was.b, fade(4.0, dt)), 1.0 - exp(-1.4 * max(pace * grip - 0.08, 0.0)));
}
