// The ink seen in night water or on paper.
#include "colour.glsl"
#include "feedback.glsl"
uniform sampler2D ink, water, mask, noise;
uniform vec2 resolution;
uniform vec2 drift;
uniform float aspect, frame, paper, breath;

void main() {
    vec2 size = vec2(textureSize(ink, 0));
    vec4 here = max(sharp(ink, uv, size), 0.0);
    vec4 lee = texture(ink, uv + vec2(-2.5, 3.5) / size);
    vec4 far = texture(water, 0.5 + (uv - 0.5) * 0.94);
    vec4 mottle = texture(noise, uv * vec2(aspect, 1.0) * 2.3 - 3.0 * drift);
    float inside = texture(mask, uv).g;

    float rim = 4.0 * here.a * max(1.0 - here.a, 0.0) + here.a * (1.0 - smoothstep(0.35, 0.9, inside));
    float shade = 1.0 - 1.1 * inside * (1.0 - here.a);
    float amount = 1.35 * here.r * max(shade, 0.3) + here.a * (0.16 + 0.06 * mottle.r) + 0.5 * rim;
    float pigment = here.g / max(here.r, 1e-3);
    float relief = clamp(1.0 + 0.8 * dot(here - lee, vec4(1.0, 0.0, 0.5, 0.4)), 0.35, 1.8);
    float veil = 1.0 - exp(-0.9 * amount);

    vec2 from_lamp = (uv - vec2(0.42, 0.78)) * vec2(0.5 * aspect, 0.9);
    float lamp = exp(-2.8 * dot(from_lamp, from_lamp)) * breath;
    vec3 night = mix(vec3(0.005, 0.010, 0.016), vec3(0.030, 0.056, 0.066), lamp);
    vec3 day = mix(vec3(0.50, 0.45, 0.38), vec3(0.86, 0.81, 0.72), lamp) * (1.0 + 0.02 * mottle.a);
    night += far.b * vec3(0.03, 0.06, 0.07);
    vec3 thin = mix(vec3(0.09, 0.19, 0.25), vec3(0.05, 0.20, 0.20), pigment);
    vec3 thick = mix(vec3(0.84, 0.75, 0.61), vec3(0.50, 0.69, 0.66), pigment);
    vec3 dye = mix(vec3(2.7, 2.6, 2.4), vec3(3.3, 2.6, 1.8), pigment);

    vec3 light = pow(night, vec3(1.0 - paper)) * pow(day, vec3(paper));
    light *= exp(-amount * mix(vec3(0.8), dye, paper));
    light += (1.0 - paper) * mix(thin, thick, veil) * veil * relief * (0.6 + 0.4 * lamp);
    float red = (1.0 - exp(-3.5 * here.b)) * smoothstep(0.15, 0.5, here.b / (here.b + 0.5 * here.r + 1e-3));
    light = mix(light, mix(vec3(0.16, 0.008, 0.005), vec3(0.66, 0.055, 0.014), red) * relief, red);
    colour = vec4(dither(to_display(film(light)), gl_FragCoord.xy, frame), 1.0);
}
