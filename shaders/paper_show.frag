// Ink on paper as the eye sees it.
#include "colour.glsl"
#include "room.glsl"
uniform sampler2D stain, soaked, hills, noise, table;
uniform vec2 resolution;
uniform vec3 accent;
uniform float frame, ground, glow, time;

void main() {
    vec2 at = uv * shape;
    vec4 fibre = 0.33 * texture(noise, at * 2.2), grain = 0.33 * texture(noise, at * 7.0), blot = 0.33 * texture(noise, at * 0.45);
    vec4 fresh = texelFetch(stain, ivec2(gl_FragCoord.xy), 0);
    vec2 stray = (fibre.rg + 0.5 * grain.gb) * 0.008 / shape;
    vec4 wet = texture(soaked, uv + stray), far = texture(hills, uv + 2.0 * stray);
    float figure = max(fresh.a, 0.0), halo = wet.b * (1.0 - figure);
    float bled = max(wet.r - fresh.r, 0.0) * (1.0 - 0.75 * figure);
    float ink = fresh.r + 0.55 * bled + glow * 0.55 * wet.g * (1.0 - figure) + 0.10 * halo * (1.0 - halo);
    ink += far.r * (1.0 - 0.92 * min(figure + halo, 1.0)) * 1.2;
    ink *= 0.86 + 0.30 * grain.r + 0.16 * fibre.b;
    vec3 floor_ = floor_at(uv);
    float lit = 1.0 - 0.30 * dot(uv - vec2(0.45, 0.62), uv - vec2(0.45, 0.62));
    vec3 paper = vec3(0.80, 0.735, 0.635) * lit * (1.0 + 0.030 * grain.g + 0.035 * fibre.r + 0.05 * blot.r);
    if (floor_.z > 0.0) paper *= 1.0 - ground * 0.16 * exp(-0.016 * floor_.z * floor_.z) * (0.8 + 0.4 * blot.g);
    vec3 seen = paper * exp(-ink * vec3(3.0, 2.9, 2.7));
    float red = far.g * (1.0 - 0.9 * min(figure + 0.5 * halo, 1.0));
    seen *= mix(vec3(1.0), accent * accent * 1.0 + 0.01, 0.95 * red * (0.75 + 0.5 * grain.r));
    colour = vec4(dither(to_display(seen), gl_FragCoord.xy, frame), 1.0);
}
