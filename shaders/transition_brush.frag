// Brush: one long stroke spirals out from the middle and runs dry at its outer edge.
#include "transition.glsl"
#include "warp.glsl"

const float WIDTH = 0.21;  // of the stroke, in heights
const float DRY = 0.10;    // lag between the bristles, in parts of the stroke

void main() {
    vec2 q = place() - vec2(0.5 * aspect, 0.5) - 0.12 * (vec2(chance(1), chance(2)) - 0.5);
    q += 0.018 * vec2(simplex(2.3 * q + 9.0 * chance(3)), simplex(2.3 * q - 9.0 * chance(3)));
    vec2 round_ = polar(q);
    float angle = fract(round_.x + chance(4)), away = round_.y / WIDTH;
    // At the outer edge only some bristles touch; the next turn paints the rest.
    float spiral = away - angle, touch = value_noise(vec2(26.0 * spiral, 1.6 * angle * max(away, 1.0)));
    float turns = floor(spiral + 0.26 * (touch - 0.5)) + 1.0, across = spiral - turns + 1.0;
    float farthest = (0.5 * length(vec2(aspect, 1.0)) + 0.1) / WIDTH + 1.0;
    // At constant speed the length of the stroke grows with the square of its turns.
    float way = pow(clamp((turns + angle) / farthest, 0.0, 1.0), 1.6);
    float bristle = 0.65 * value_noise(vec2(26.0 * across + 7.0 * turns, 1.7 * angle * turns)) +
        0.35 * value_noise(vec2(80.0 * across, 5.0 * angle * turns + 3.0 * turns));
    float hem = 2.0 * abs(across - 0.5);
    float lag = DRY * (bristle + 0.8 * hem * hem * hem) / 1.8;
    float gone = part * (1.0 + DRY + 0.03) - way - lag;
    if (gone <= 0.0) { show_before(); return; }
    float k = smoothstep(0.0, 0.012 + 0.02 * bristle, gone), wet = 1.0 - smoothstep(0.0, 0.16, gone);
    wet *= part < 1.0 ? 1.0 - smoothstep(0.9, 1.0, part) : 0.0;
    if (k >= 1.0 && wet <= 0.0) { show_after(); return; }
    // A fresh stroke has ridges that catch light, and becomes smooth as it dries.
    float ridge = value_noise(vec2(60.0 * across + 0.7, 3.0 * angle * turns)) - value_noise(vec2(60.0 * across, 3.0 * angle * turns));
    vec3 painted = light_after(uv + 0.010 * wet * vec2(-q.y, q.x)) * (1.0 + 1.1 * wet * ridge) + 0.02 * wet * max(ridge, 0.0);
    show(mix(light_before(uv), painted * (1.0 - 0.35 * wet * hem), mix(1.0, k, part < 1.0 ? 1.0 : 0.0)));
}
