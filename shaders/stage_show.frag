// Characters over the stage: linear light to display values.
#include "colour.glsl"
uniform sampler2D light, floor_;
uniform float frame;

void main() {
    vec4 lit = texture(light, uv);
    vec3 seen = texture(floor_, uv).rgb * (1.0 - lit.a) + lit.rgb;
    seen *= 0.82 - 0.45 * dot(uv - 0.5, uv - 0.5);
    colour = vec4(dither(film_display(seen), gl_FragCoord.xy, frame), 1.0);
}
