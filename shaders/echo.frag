// Feedback echo: the current light over `before`, the output of this pass a delay ago with its own echoes. Each echo is
// fainter than the one before it and drifts away from `middle`, a point in the room, like smoke. Values are the square
// root of a quarter of the light, for which eight bits are enough.
#include "room.glsl"
uniform sampler2D before, light;
uniform vec3 middle;
uniform float echo, drift, phase_300;

void main() {
    vec2 heart = on_canvas(middle), wave = 11.0 * uv.yx * shape.yx, turns = vec2(6.28318530718 * phase_300);
    vec2 air = sin(wave + vec2(24.0, 19.0) * turns + sin(1.7 * wave.yx + vec2(47.0, 55.0) * turns)) - vec2(0.0, 1.2);
    vec2 from = uv + drift * (0.003 * air - 0.010 * (uv - heart)) / vec2(shape.x, 1.0);
    vec3 old = max(texture(before, from).rgb * sqrt(echo * vec3(0.98, 0.90, 0.95)) - 0.003, 0.0);
    vec3 fresh = max(texture(light, uv).rgb - 0.09, 0.0); // only bright edges leave an echo
    colour = vec4(sqrt(fresh * fresh + old * old), 1.0);
}
