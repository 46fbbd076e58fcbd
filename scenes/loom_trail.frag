// What the light leaves behind, spreading and drifting up as it goes out.
#include "feedback.glsl"
uniform sampler2D trail;
uniform sampler2D light;
uniform vec2 resolution;
uniform float dt;
uniform float half_life;

void main() {
    vec2 old = soften(trail, uv - vec2(0.0, 0.015 * dt), sqrt(60.0 * dt) * 0.9 / resolution).rg;
    vec2 now = soften(light, uv, 0.25 / resolution).rg;
    colour = vec4(max(mix(now, old, fade(half_life, dt)), 0.0), 0.0, 1.0);
}
