// Displacement of the wet paint in canvas coordinates: it moves with visitors, and returns slowly.
#include "feedback.glsl"
#include "people.glsl"
uniform sampler2D push, flow;
uniform float dt, wind, half_life, gust;

void main() {
    vec2 speed = clamp(flow_at(flow, uv), -2.0, 2.0), from = uv - dt * speed;
    vec2 was = mix(texture(push, from).xy, soften(push, from, 1.0 / vec2(textureSize(push, 0))).xy, 0.3);
    speed.x += gust * sin(6.0 * uv.y + 3.0 * uv.x) * uv.y; // bass blows the sky about
    was = was * fade(half_life, dt) + 0.75 * wind * dt * speed;
    colour = vec4(was * min(1.0, 0.085 / max(length(was), 1e-5)), 0.0, 1.0);
}
