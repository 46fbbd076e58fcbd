// The water moves: carried by itself, pushed by limbs, swayed by the tide, lifted by ink. B is ink gone deep.
#include "feedback.glsl"
#include "people.glsl"
#include "sdf.glsl"
uniform sampler2D water, ink, mask, flow;
uniform vec2 resolution;
uniform vec3 waves[7];
uniform vec4 brushes[4];
uniform float press[4], dt, aspect, swell, rest;

void main() {
    vec2 shape = vec2(aspect, 1.0);
    vec4 was = advect(water, water, uv, dt), near = texture(ink, uv), body = texture(mask, uv);
    vec2 speed = was.xy * fade(rest, dt), tide = vec2(0.0);
    for (int i = 0; i < 7; i++)
        tide += normalize(vec2(-waves[i].y, waves[i].x)) * cos(dot(waves[i].xy, uv * shape) + waves[i].z);
    speed += (0.14 * swell * tide / shape - speed) * (1.0 - fade(3.0, dt));
    speed.y += 0.25 * dt * min(near.r, 1.5);
    speed -= 1.2 * dt * gradient(mask, uv, 1.0 / resolution) / shape * (0.3 + max(arriving(body), 0.0));
    for (int i = 0; i < 4; i++) {
        float near = segment(uv * shape, brushes[i].xy * shape, brushes[i].zw * shape).x / 0.05;
        speed = mix(speed, (brushes[i].zw - brushes[i].xy) / max(dt, 1e-3), press[i] * 0.2 * exp(-near * near));
    }
    vec2 limb = flow_at(flow, uv);
    float grip = min(texture(flow, uv).z, 1.0) * smoothstep(0.03, 0.3, length(limb * shape));
    colour = vec4(mix(limb, speed, fade(0.04, dt * grip)), mix(min(near.r, 2.0), was.b, fade(4.0, dt)), 1.0);
}
