// The ink seen in night water or on paper.
#include "colour.glsl"
#include "feedback.glsl"
uniform sampler2D ink, water, mask, noise;
uniform vec2 resolution;
uniform float aspect, frame, paper, breath;

void main() {
    vec2 size = vec2(textureSize(ink, 0));
    vec4 here = max(sharp(ink, uv, size), 0.0);
    float lee = texture(ink, uv + vec2(-2.5, 3.5) / size).r;
    vec4 far = texture(water, 0.5 + (uv - 0.5) * 0.94);
    float fibre = texture(noise, uv * vec2(aspect, 1.0) * 3.1).a, inside = texture(mask, uv).g;

    float rim = 4.0 * here.a * max(1.0 - here.a, 0.0) + here.a * (1.0 - smoothstep(0.35, 0.9, inside));
    float amount = here.r + 0.18 * here.a + 0.45 * rim;
    float pigment = here.g / max(here.r, 1e-3);
    float relief = clamp(1.0 + 0.8 * (here.r - lee), 0.35, 1.8);
    float veil = 1.0 - exp(-0.9 * amount);

    vec2 from_lamp = (uv - vec2(0.42, 0.78)) * vec2(0.5 * aspect, 0.9);
    float lamp = exp(-2.2 * dot(from_lamp, from_lamp)) * breath;
    vec3 night = mix(vec3(0.007, 0.012, 0.018), vec3(0.030, 0.056, 0.066), lamp);
    vec3 day = mix(vec3(0.50, 0.45, 0.38), vec3(0.86, 0.81, 0.72), lamp) * (1.0 + 0.02 * fibre);
    night += far.b * vec3(0.012, 0.030, 0.036);
    vec3 thin = mix(vec3(0.10, 0.16, 0.19), vec3(0.06, 0.17, 0.17), pigment);
    vec3 thick = mix(vec3(0.78, 0.72, 0.62), vec3(0.50, 0.64, 0.62), pigment);
    vec3 dye = mix(vec3(1.9, 1.8, 1.6), vec3(2.6, 1.9, 1.2), pigment);

    vec3 light = pow(night, vec3(1.0 - paper)) * pow(day, vec3(paper));
    light *= exp(-amount * mix(vec3(0.8), dye, paper));
    light += (1.0 - paper) * mix(thin, thick, veil) * veil * relief * (0.6 + 0.4 * lamp);
    float red = 1.0 - exp(-1.3 * here.b);
    light = mix(light, vec3(0.62, 0.075, 0.018) * relief, red);
    colour = vec4(dither(to_display(film(light)), gl_FragCoord.xy, frame), 1.0);
}
