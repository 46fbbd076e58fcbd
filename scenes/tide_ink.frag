// Advects, thins and adds ink: R pale ink, G that times its pigment, B vermilion, A the floating shape of the body.
#include "feedback.glsl"
#include "people.glsl"
uniform sampler2D ink, water, mask, noise;
uniform vec2 resolution, drift;
uniform vec4 brushes[4];
uniform float press[4], dt, aspect, strength, linger, warmth, spark;

void main() {
    vec2 shape = vec2(aspect, 1.0), from = trace_back(water, uv, dt), margin = 0.5 - abs(from - 0.5);
    vec4 was = max(sharp(ink, from, resolution), 0.0);
    vec2 thinner = vec2(fade(linger, dt), fade(0.4 * linger, dt)) / (1.0 + 5.0 / linger * dt * was.rb);
    was.rgb *= thinner.xxy * mix(0.9, 1.0, smoothstep(0.0, 0.02, min(margin.x, margin.y)));
    vec4 body = soften(mask, uv, 0.9 / vec2(textureSize(mask, 0))), cloud = texture(noise, uv * shape * 1.4 + drift);
    vec2 wisp = vec2(0.0);
    float stir = texture(water, uv).a + 0.5 * spark * body.r * (1.0 - smoothstep(0.4, 0.9, body.g)), thread = exp(-5.0 * cloud.r * cloud.r);
    for (int i = 0; i < 4; i++) {
        vec2 far = (uv - brushes[i].zw) * shape / 0.035; // a brush is much wider than its movement in a frame
        wisp += press[i] * exp(-dot(far, far)) * thread * (i == 0 ? vec2(0.8, 0.9 * warmth) : vec2(2.8, 0.0));
    }
    float birth = strength * body.r * (0.15 + thread) * (0.3 - 0.25 * smoothstep(0.5, 0.95, body.g) + 4.0 * stir);
    float hot = warmth * stir * smoothstep(0.1, 0.6, cloud.g + stir - 0.5), pale = birth * (1.0 - 0.8 * hot);
    float pigment = 0.5 + 0.5 * cos(2.4 * 16.0 * body.b);
    colour = was + dt * vec4(pale + wisp.x, pale * pigment + 0.5 * wisp.x, 3.0 * birth * hot + wisp.y, 0.0);
    colour.a = mix(body.r, was.a, fade(0.05, dt));
}
