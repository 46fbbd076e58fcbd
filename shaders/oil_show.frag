// A painted canvas under a lamp at its side: relief, linen where the paint is thin, varnish.
#include "colour.glsl"
uniform sampler2D laid, linen; // `laid`: RGB square roots of light, A height of the paint
uniform vec2 sheet, lamp;
uniform float frame, relief, weave, varnish;

void main() {
    vec2 texel = 1.0 / vec2(textureSize(laid, 0)), away = (lamp - uv) * sheet;
    vec4 here = texture(laid, uv), cloth = texture(linen, uv) * 2.0 - 1.0;
    float right = texture(laid, uv + vec2(texel.x, 0.0)).a, up = texture(laid, uv + vec2(0.0, texel.y)).a;
    vec2 slope = relief * 3.6 * (here.a - vec2(right, up)) + weave * (0.55 - 0.43 * min(here.a, 1.0)) * cloth.rg;
    float lit = (1.0 + 1.25 * dot(slope, away)) * inversesqrt(1.0 + dot(slope, slope)), far = dot(away, away);
    vec3 seen = here.rgb * here.rgb * (1.0 + 0.05 * weave * cloth.b);
    seen *= mix(vec3(1.0), vec3(0.98, 0.92, 0.78), 0.35 * varnish);
    seen *= (0.25 + 0.85 * max(lit, 0.0)) * (0.3 + 0.75 / (1.0 + 0.22 * far));
    vec2 off = slope - 0.45 * away; // distance from the lamp's reflection
    float glint = max(1.0 - 2.2 * dot(off, off), 0.0);
    seen += varnish * here.a * 0.07 * glint * glint * glint * glint * vec3(1.0, 0.95, 0.86);
    colour = vec4(dither(to_display_bright(seen), gl_FragCoord.xy, frame), 1.0);
}
