// The final picture of strands before a dark cloth: its weave, the lamp, shadows and shine.
#include "colour.glsl"
#include "room.glsl"
uniform sampler2D light, trail;
uniform vec2 resolution;
uniform float frame, glow, ground;

void main() {
    vec4 lit = texture(light, uv);
    vec4 soft = texture(trail, uv), thrown = texture(trail, uv + vec2(-0.012 / shape.x, 0.016));
    vec2 lamp = (uv - vec2(0.36, 0.66)) * shape;
    float spot = 1.0 / (1.0 + 1.3 * dot(lamp, lamp));
    vec3 cloth = mix(vec3(0.0035, 0.002, 0.003), vec3(0.021, 0.0085, 0.009), spot);
    vec3 floor_ = floor_at(uv);
    float below = floor_.z > 0.0 ? 40.0 / (40.0 + floor_.z * floor_.z) : 0.0;
    cloth *= 1.0 - 0.55 * ground * below;
    vec2 weave = gl_FragCoord.xy * 720.0 / max(resolution.y, 720.0);
    cloth *= 0.975 + 0.05 * mod(floor(weave.x * 0.7) + floor(weave.y * 0.7), 2.0);
    cloth *= 1.0 - 0.75 * min(thrown.a, 1.0);
    vec3 seen = cloth + glow * 0.30 * soft.rgb;
    seen = seen * (1.0 - lit.a) + lit.rgb * 1.5;
    colour = vec4(dither(film_display(seen), gl_FragCoord.xy, frame), 1.0);
}
