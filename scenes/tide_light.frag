// The ink as display values, in night water or on paper.
#include "colour.glsl"
uniform sampler2D ink, water, mask, noise;
uniform vec2 drift;
uniform float aspect, frame, paper, breath;

void main() {
    vec4 here = texture(ink, uv), lee = texture(ink, uv + vec2(-2.5, 3.5) / vec2(textureSize(ink, 0)));
    vec4 mottle = texture(noise, uv * vec2(aspect, 1.0) * 2.3 - 3.0 * drift);
    float inside = texture(mask, uv).g, deep = texture(water, 0.5 + (uv - 0.5) * 0.94).b;
    float pigment = here.g / max(here.r, 1e-3), bulge = inside - texture(mask, uv + vec2(-0.02 / aspect, 0.028)).g;
    float lit = dot(here - lee, vec4(1.0, 0.0, 0.5, 0.4)) + 2.2 * here.a * bulge; // lamplight from the left
    float relief = clamp(1.0 + 0.9 * lit, 0.3, 1.8), body = smoothstep(0.1, 0.9, here.a);
    float rim = body * (5.0 - 4.0 * body - smoothstep(0.35, 0.9, inside)); // pigment gathers at the edge of a wet stain
    float weight = mix(max(1.35 - 1.9 * inside, 0.35), 0.8, body); // clear water around bodies
    float amount = weight * here.r + body * (0.2 + 0.05 * mottle.r) + 0.35 * rim, veil = 1.0 - exp(-1.1 * amount);
    vec2 away = (uv - vec2(0.42, 0.78)) * 0.9;
    float lamp = exp(-2.8 * dot(away, away)) * breath;
    vec3 night = mix(vec3(0.005, 0.010, 0.016), vec3(0.030, 0.056, 0.066), lamp) + deep * vec3(0.03, 0.06, 0.07);
    vec3 day = mix(vec3(0.50, 0.45, 0.38), vec3(0.86, 0.81, 0.72), lamp) * (1.0 + 0.02 * mottle.a);
    vec3 thin = mix(vec3(0.09, 0.19, 0.25), vec3(0.05, 0.20, 0.20), pigment);
    vec3 thick = mix(vec3(0.84, 0.75, 0.61), vec3(0.50, 0.69, 0.66), pigment);
    vec3 dye = mix(vec3(0.8), mix(vec3(3.6, 3.4, 3.1), vec3(4.2, 3.4, 2.3), pigment), paper);
    vec3 light = mix(night, day, paper * paper * paper) * exp(-amount * dye);
    light += (1.0 - paper) * (1.0 - paper) * mix(thin, thick, veil) * veil * relief * (0.6 + 0.4 * lamp);
    float red = (1.0 - exp(-6.0 * here.b)) * smoothstep(0.25, 0.45, here.b / (here.b + 0.4 * amount + 1e-3));
    light *= mix(vec3(1.0), vec3(0.9, 0.05, 0.015), red);
    light += mix(vec3(0.34, 0.016, 0.003), vec3(0.14, 0.010, 0.004), paper) * red * relief;
    colour = vec4(dither(to_display(film(light)), gl_FragCoord.xy, frame), 1.0);
}
