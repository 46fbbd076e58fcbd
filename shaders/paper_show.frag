// Ink on paper as the final picture.
#include "colour.glsl"
#include "room.glsl"
uniform sampler2D stain, soaked, hills, paper;
uniform vec3 accent;
uniform float frame, ground, glow;

void main() {
    vec4 sheet = 2.0 * texture(paper, uv) - 1.0, fresh = texture(stain, uv) * vec4(2.0, 1.0, 1.0, 1.0);
    vec2 stray = sheet.rg * 0.016 / shape;
    vec4 wet = texture(soaked, uv + stray), far = texture(hills, uv + 2.0 * stray);
    float halo = wet.b * (1.0 - fresh.a), open = 1.0 - 0.92 * min(fresh.a + halo, 1.0);
    float bled = max(wet.r - fresh.r, 0.0) * (1.0 - 0.75 * fresh.a);
    float ink = fresh.r + 0.55 * bled + glow * 0.55 * wet.g * (1.0 - fresh.a) + 0.10 * halo * (1.0 - halo);
    ink = (ink + 1.2 * far.r * open) * (0.86 + 0.30 * sheet.b);
    vec2 lamp = uv - vec2(0.45, 0.62);
    vec3 floor_ = floor_at(uv), seen = vec3(0.835, 0.735, 0.585);
    seen *= (1.0 - 0.30 * dot(lamp, lamp)) * (1.0 + 0.03 * sheet.a);
    if (floor_.z > 0.0) seen *= 1.0 - ground * 0.16 * (0.8 + 0.3 * sheet.a) / (1.0 + 0.02 * floor_.z * floor_.z);
    seen *= exp(-2.9 * ink) * mix(vec3(0.96, 1.0, 1.09), vec3(0.93, 1.0, 1.13), min(ink, 1.0));
    seen *= mix(vec3(1.0), accent * accent + 0.01, far.g * open * (0.86 + 0.2 * sheet.b));
    colour = vec4(dither(to_display_bright(seen), gl_FragCoord.xy, frame), 1.0);
}
