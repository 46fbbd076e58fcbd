// Luma dissolve: bright parts of the incoming scene appear first, bright parts of the outgoing one disappear last.
#include "transition.glsl"

const float SOFT = 0.12;

void main() {
    vec3 old = light_before(uv), now = light_after(uv);
    float cloud = 0.5 + 0.5 * clamp(1.3 * fbm(1.6 * place() + 40.0 * chance(1), 3), -1.0, 1.0);
    float kindled = 0.50 * sqrt(luminance(now)) - 0.25 * sqrt(luminance(old)) + 0.75 * cloud;
    float k = smoothstep(-SOFT, SOFT, mix(-SOFT, 1.0 + SOFT, part) - (1.0 - clamp(kindled, 0.0, 1.0)));
    if (k <= 0.0) { show_before(); return; }
    if (k >= 1.0) { show_after(); return; }
    float edge = 4.0 * k * (1.0 - k);
    show(mix(old, now, k) * (1.0 + 0.7 * edge * edge) + 0.012 * edge * edge * vec3(1.0, 0.72, 0.42) * between());
}
