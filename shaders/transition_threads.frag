// Curtain of threads: the incoming scene comes down on threads at different times, which swing until they are still.
#include "transition.glsl"

const float THREADS = 70.0;  // in the canvas's height

void main() {
    vec2 p = place();
    float swing = between() * (0.010 * sin(5.0 * p.y + 9.0 * part + 3.0 * p.x) + 0.006 * sin(11.0 * p.y - 14.0 * part));
    float across = (p.x + swing * (1.0 - p.y)) * THREADS;
    int thread = int(floor(across));
    float delay = 0.6 * value_noise(vec2(across / 18.0, 40.0 * chance(1))) + 0.4 * random(thread, seed);
    float time = clamp((part * 1.55 - 0.55 * delay), 0.0, 1.0);
    float fallen = clamp(time / 0.7, 0.0, 1.0), hung = smoothstep(0.55, 1.0, time);
    fallen = fallen * fallen * (3.0 - 2.0 * fallen);
    float end = 1.03 - 1.06 * fallen;
    if (p.y < end || time <= 0.0) {
        // The threads throw a faint shadow on the scene behind.
        float shade = 0.45 * between() * smoothstep(end - 0.06, end, p.y) * step(0.001, time);
        if (shade <= 0.0) show_before(); else show(light_before(uv) * (1.0 - shade));
        return;
    }
    if (hung >= 1.0) { show_after(); return; }
    float side = abs(2.0 * fract(across) - 1.0);
    float wide = mix(0.62, 1.25, hung), soft = 2.0 * THREADS * pixel;
    float k = max(smoothstep(wide + soft, wide - soft, side), hung * hung);
    vec3 light = light_after(uv + vec2(0.0, 0.12 * (1.0 - hung) * (1.0 - fallen)));
    float turn = side / wide;
    float round_by = mix(sqrt(max(1.0 - turn * turn, 0.0)) * (0.72 + 0.28 * sin(90.0 * p.y + 6.0 * fract(across))), 1.0, hung);
    vec3 behind = light_before(uv) * mix(0.35, 1.0, smoothstep(0.0, 0.1, 0.1 - time));
    show(mix(behind, light * round_by, k));
}
