// Ink is carried, thins out and is born: R pale ink, G that times its pigment, B vermilion, A the body itself, afloat.
#include "feedback.glsl"
#include "people.glsl"
#include "sdf.glsl"
uniform sampler2D ink, water, mask, flow, noise;
uniform vec2 resolution, drift;
uniform vec4 brushes[4];
uniform float press[4], dt, aspect, strength, linger, warmth;

void main() {
    vec2 shape = vec2(aspect, 1.0), from = trace_back(water, uv, dt);
    vec2 clear = smoothstep(vec2(0.0), vec2(0.02), from) * smoothstep(vec2(1.0), vec2(0.98), from);
    vec4 was = max(sharp(ink, from, resolution), 0.0);
    vec2 thinner = vec2(fade(linger, dt), fade(0.4 * linger, dt)) / (1.0 + 5.0 / linger * dt * was.rb);
    was.rgb *= thinner.xxy * mix(0.9, 1.0, clear.x * clear.y);

    vec4 body = soften(mask, uv, 0.6 / vec2(textureSize(mask, 0)));
    vec3 limb = texture(flow, uv).xyz;
    float stir = length(flow_at(flow, uv) * shape) * min(limb.z, 1.0);
    stir = 1.0 - exp(-1.4 * max(stir - 0.08, 0.0));
    vec4 cloud = texture(noise, uv * shape * 1.4 + drift);
    float thread = exp(-5.0 * cloud.r * cloud.r), hot = smoothstep(0.1, 0.6, cloud.g + stir - 0.5);
    float birth = strength * body.r * (0.15 + thread) * (0.6 - 0.5 * smoothstep(0.5, 0.95, body.g) + 4.0 * stir);
    float wisp = 0.0;
    for (int i = 0; i < 4; i++) {
        float near = segment(uv * shape, brushes[i].xy * shape, brushes[i].zw * shape).x / 0.035;
        wisp += 3.0 * press[i] * exp(-near * near) * thread;
    }
    float pigment = body.r > 0.01 ? 0.5 + 0.5 * cos(body.b * 16.0 * 2.4) : 0.5;
    float red = birth * stir * hot * warmth * 3.0, pale = birth * (1.0 - 0.8 * stir * hot * warmth) + wisp;
    colour = was + dt * vec4(pale, pale * pigment, red, 0.0);
    colour.a = mix(body.r, was.a, fade(0.05, dt));
}
