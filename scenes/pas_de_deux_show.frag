// Light to display values.
#include "colour.glsl"
uniform sampler2D light, floor_, echoes;
uniform float frame;

void main() {
    vec4 lit = texture(light, uv), again = texture(echoes, uv);
    vec3 seen = (texture(floor_, uv).rgb + 4.0 * again.rgb * again.rgb) * (1.0 - lit.a) + 4.0 * lit.rgb * lit.rgb;
    seen *= 1.0 - 0.7 * dot(uv - 0.5, uv - 0.5);
    colour = vec4(dither(film_display(seen), gl_FragCoord.xy, frame), 1.0);
}
