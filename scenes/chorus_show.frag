// The light of the wall, filtered by the colours of all shadows.
#include "colour.glsl"
uniform sampler2D shade, soft, wall;
uniform vec2 resolution;
uniform vec3 dyes[4];
uniform float frame, memory, blur;

void main() {
    vec2 e = (0.45 + blur * resolution.y / 1300.0) / resolution;
    vec4 near = 0.25 * (texture(shade, uv + e) + texture(shade, uv - e) + texture(shade, uv + vec2(e.x, -e.y))
        + texture(shade, uv + vec2(-e.x, e.y)));
    vec4 kept = max(min(near, 1.0), memory * texture(soft, uv));
    vec3 seen = texture(wall, uv).rgb;
    for (int i = 0; i < 4; i++) seen *= mix(vec3(1.0), max(dyes[i], 0.02), kept[i]);
    colour = vec4(dither(to_display_bright(seen), gl_FragCoord.xy, frame), 1.0);
}
