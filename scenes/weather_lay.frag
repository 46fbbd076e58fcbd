// The painted land with displaced paint, and rain over it.
#include "oil.glsl"
#include "oil_wash.glsl"
uniform sampler2D push;
uniform vec3 primed;
uniform float presence, flash, drizzle, phase_4;
const vec2 RAIN = vec2(-0.27, -0.96);

void main() {
    vec2 shift = texture(push, uv).xy, at = (uv - shift) * sheet;
    vec3 along = stroke(at, 9.0 * shift * sheet + 1.1 * storm * RAIN);
    float bristle = bristles(at, along.xy), blot = fleck(0.7 * at).r;
    vec2 edge = min(uv, 1.0 - uv) * sheet;
    float cover = presence * smoothstep(0.014, 0.028, min(edge.x, edge.y) + 0.006 * blot + 0.008 * bristle);
    vec2 fall = vec2(at.x * RAIN.y - at.y * RAIN.x, dot(at, RAIN));
    float wet = max(storm, 0.8 * drizzle);
    float drop = wet > 0.0 ? fleck(fall * vec2(2.4, 0.13) - vec2(0.0, phase_4)).b : 0.0;
    float rain = wet * smoothstep(0.9, 2.4, drop + 0.3 * blot);
    float ink = cover < 1.0 ? wash(at) * max(1.0 + 0.1 * bristle - 7.0 * length(shift), 0.2) : 0.0;
    vec3 ground = washed(primed, ink);
    vec4 oil = paint(at, along, bristle);
    vec3 seen = mix(ground * ground, oil.rgb * oil.rgb, cover) * (1.0 + 0.12 * storm * bristle);
    seen *= 1.0 + flash * vec3(0.5, 0.62, 0.85) * smoothstep(0.25, 0.9, uv.y + 0.08 * blot); // lightning, in the sky
    seen = mix(seen, vec3(0.42, 0.45, 0.46) * light, 0.24 * rain);
    float thick = oil.a + 4.0 * length(shift) + 0.9 * (1.0 - cover);
    colour = vec4(sqrt(seen), mix(0.16 + 0.05 * bristle, thick, cover) + 0.12 * rain);
}
