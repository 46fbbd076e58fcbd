// The picture in place of a scene that has failed: a slow dusk.
#include "colour.glsl"
uniform float phase; // 0..1 in ten minutes

void main() {
    vec2 turns = 6.28318530718 * phase * vec2(20.0, 12.0);
    float tide = 0.5 + 0.25 * sin(turns.x + uv.x * 2.0) + 0.25 * sin(turns.y - uv.x * 3.1);
    vec3 light = mix(vec3(0.004, 0.006, 0.014), vec3(0.03, 0.035, 0.06), smoothstep(0.9, 0.0, uv.y) * tide);
    colour = vec4(dither(to_display(light), gl_FragCoord.xy, 0.0), 1.0);
}
