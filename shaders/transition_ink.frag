// Ink: drops of the incoming scene soak into the outgoing one like paper, with dark rims of pigment.
#include "transition.glsl"

const int DROPS = 9;
const float RIM = 0.022;

void main() {
    vec2 p = place(), offset = 20.0 * vec2(chance(1), chance(2));
    float grown = 0.0, soaked = -1.0;
    for (int i = 0; i < DROPS; i++) {
        vec2 drop = vec2(aspect * (float(i) + 0.15 + 0.7 * chance(3 + i)) / float(DROPS), 0.15 + 0.7 * chance(20 + i));
        float age = clamp((part - 0.4 * chance(40 + i)) / 0.6, 0.0, 1.0);
        float reach = 0.20 * smoothstep(0.0, 0.5, age) + 1.3 * pow(age, 4.0) - 0.16;
        float depth = reach - distance(p, drop);
        grown = depth > soaked ? age : grown;
        soaked = max(soaked, depth);
    }
    // The paper displaces the edge by at most 0.28, the rim reaches 0.14 outwards and 0.3 inwards.
    if (soaked < -0.42) { show_before(); return; }
    if (soaked > 0.58) { show_after(); return; }
    vec2 bent = p + 0.09 * vec2(fbm(2.3 * p + offset, 2), fbm(2.3 * p - offset, 2));
    float fibres = fbm(6.0 * bent + offset, 4);
    float ink = soaked + smoothstep(0.0, 0.25, grown) * (0.17 * simplex(1.7 * bent + offset) + 0.11 * fibres);
    float k = smoothstep(-0.012, 0.05, ink);
    float rim = exp(-ink * ink / (RIM * RIM)), wet = smoothstep(-0.14, 0.0, ink) * (1.0 - k);
    float wash = exp(-max(ink, 0.0) * 16.0) * k;
    vec2 bleed = 0.02 * wet * vec2(fibres, -fibres);
    vec3 light = mix(light_before(uv + bleed), light_after(uv), k);
    light *= mix(vec3(1.0), vec3(0.05, 0.06, 0.10), between() * clamp(0.85 * rim + 0.35 * wet + 0.5 * wash, 0.0, 0.92));
    show(light);
}
