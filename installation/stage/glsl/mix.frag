// Two pictures crossfaded as light.
#include "colour.glsl"
uniform sampler2D before;
uniform sampler2D after;
uniform float part;
uniform float scale;

void main() {
    vec2 at = uv * scale;
    vec3 light = mix(to_linear(texture(before, at).rgb), to_linear(texture(after, at).rgb), part);
    colour = vec4(to_display(light), 1.0);
}
