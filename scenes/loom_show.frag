// Light to display values: copper where it is thin, ivory where it accumulates, over blue black.
#include "colour.glsl"
uniform sampler2D light, trail;
uniform vec3 accent;
uniform float glow, frame;

void main() {
    vec2 soft = texture(trail, uv).rg, all = texelFetch(light, ivec2(gl_FragCoord.xy), 0).rg;
    all += glow * 1.3 * soft * soft / (soft + 0.12);
    vec3 seen = accent * all.g + all.r * mix(vec3(0.95, 0.33, 0.10), vec3(1.0, 0.84, 0.62), min(all.r, 1.0));
    seen += vec3(0.002, 0.005, 0.011) * (1.0 - dot(uv - 0.5, uv - 0.5));
    colour = vec4(dither(film_display(seen), gl_FragCoord.xy, frame), 1.0);
}
