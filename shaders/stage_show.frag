// What stands on the stage before it: light to picture.
#include "colour.glsl"
uniform sampler2D light, floor_;
uniform float frame;

void main() {
    vec2 texel = 0.4 / vec2(textureSize(light, 0)), at = gl_FragCoord.xy / vec2(textureSize(light, 0));
    vec4 lit = 0.25 * (texture(light, at + texel * vec2(1.0, 0.5)) + texture(light, at + texel * vec2(-0.5, 1.0))
        + texture(light, at - texel * vec2(1.0, 0.5)) + texture(light, at - texel * vec2(-0.5, 1.0)));
    vec3 seen = texture(floor_, uv).rgb * (1.0 - lit.a) + lit.rgb;
    seen *= 1.0 - 0.35 * dot(uv - 0.5, uv - 0.5);
    colour = vec4(dither(to_display(film(seen)), gl_FragCoord.xy, frame), 1.0);
}
