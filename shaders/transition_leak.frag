// Light leak: warm light burns over the picture as in an opened camera, and reveals the incoming scene.
#include "transition.glsl"

void main() {
    float lean = chance(1) - 0.5, s = chance(2) < 0.5 ? uv.x : 1.0 - uv.x;
    vec2 p = place();
    float cloud = fbm(vec2(1.1 * p.x - 0.8 * part, 0.7 * p.y) + 30.0 * chance(3), 3);
    float front = mix(-0.75, 1.75, part);
    float from = s + 0.5 * lean * (uv.y - 0.5) + 0.14 * cloud - front;
    float k = smoothstep(0.3, -0.3, from);
    float core = exp(-from * from / 0.035), glow = exp(-from * from / 0.16), veil = exp(-abs(from) / 0.5);
    float streak = exp(-pow((uv.y - 0.2 - 0.6 * chance(4) + 0.1 * cloud) / 0.16, 2.0)) * veil;
    vec3 leak = core * vec3(1.9, 1.0, 0.40) + glow * vec3(1.5, 0.36, 0.07) + 0.35 * veil * vec3(0.75, 0.10, 0.10)
        + 0.8 * streak * vec3(1.0, 0.55, 0.24);
    leak *= between() * (0.62 + 0.12 * cloud);
    vec3 light = mix(light_before(uv), light_after(uv), k);
    light *= 1.0 + 1.6 * glow * between();
    // Light is added like exposure of film layers, without clipping.
    show(1.0 - (1.0 - min(light, 1.0)) * exp(-leak));
}
