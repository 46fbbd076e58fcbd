// Ink bleed: drops of the coming scene soak into the paper of the other, dark where the pigment gathers at their rim.
#include "transition.glsl"

const int DROPS = 9;
const float RIM = 0.022;

void main() {
    vec2 p = place(), offset = 20.0 * vec2(chance(1), chance(2));
    float grown = 0.0, soaked = -1.0;
    for (int i = 0; i < DROPS; i++) {
        vec2 drop = vec2(aspect * (float(i) + 0.15 + 0.7 * chance(3 + i)) / float(DROPS), 0.15 + 0.7 * chance(20 + i));
        float age = clamp((part - 0.45 * chance(40 + i) * step(1.0, float(i))) / 0.55, 0.0, 1.0);
        float reach = 1.5 * pow(age, 0.8) - 0.1;
        float depth = reach - distance(p, drop);
        grown = depth > soaked ? age : grown;
        soaked = max(soaked, depth);
    }
    if (soaked < -0.45) { show_before(); return; }
    vec2 bent = p + 0.09 * vec2(fbm(2.3 * p + offset, 3), fbm(2.3 * p - offset, 3));
    float fibres = fbm(6.0 * bent + offset, 4);
    float ink = soaked + smoothstep(0.0, 0.25, grown) * (0.22 * fbm(1.7 * bent + offset, 2) + 0.11 * fibres);
    ink *= between() > 0.0 ? 1.0 : 4.0;
    if (ink > 6.0 * RIM + 0.25 || part >= 1.0) { show_after(); return; }
    float k = smoothstep(-0.012, 0.05, ink);
    float rim = exp(-ink * ink / (RIM * RIM)), wet = smoothstep(-0.14, 0.0, ink) * (1.0 - k);
    float wash = exp(-max(ink, 0.0) * 16.0) * k;
    vec2 bleed = 0.02 * wet * vec2(fibres, -fibres);
    vec3 light = mix(light_before(uv + bleed), light_after(uv), k);
    light *= mix(vec3(1.0), vec3(0.05, 0.06, 0.10), between() * clamp(0.85 * rim + 0.35 * wet + 0.5 * wash, 0.0, 0.92));
    show(light);
}
