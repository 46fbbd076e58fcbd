// Light to picture: copper where it is thin, ivory where it gathers, over blue black.
#include "colour.glsl"
uniform sampler2D light;
uniform sampler2D trail;
uniform vec3 accent;
uniform float glow;
uniform float frame;

void main() {
    vec2 all = texelFetch(light, ivec2(gl_FragCoord.xy), 0).rg + glow * texture(trail, uv).rg;
    vec3 warm = mix(vec3(0.95, 0.33, 0.10), vec3(1.0, 0.84, 0.62), min(all.r, 1.0));
    vec3 c = mix(vec3(0.002, 0.005, 0.011), vec3(0.0), dot(uv - 0.5, uv - 0.5)) + warm * all.r + accent * all.g;
    // A print film's curve with the display's own in it (Hejl and Burgess-Dawson 2010).
    colour = vec4(dither(c * (6.2 * c + 0.5) / (c * (6.2 * c + 1.7) + 0.06), gl_FragCoord.xy, frame), 1.0);
}
