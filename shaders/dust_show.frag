// Glowing dust at night: floor and air, the light and its afterglow.
#include "colour.glsl"
#include "room.glsl"
uniform sampler2D light, trail;
uniform float frame, glow, ground;

void main() {
    vec3 lit = texture(light, uv).rgb, soft = texture(trail, uv).rgb;
    vec3 floor_ = floor_at(uv);
    float horizon = ray_of(uv).y, haze = 1.0 / (1.0 + 36.0 * horizon * horizon);
    vec3 seen = vec3(0.0006, 0.0010, 0.0026) + vec3(0.0022, 0.0040, 0.0100) * haze;
    if (floor_.z > 0.0) seen += ground * vec3(0.0016, 0.0028, 0.006) * (30.0 / (30.0 + floor_.z * floor_.z));
    seen *= 1.0 - 0.45 * dot(uv - 0.5, uv - 0.5) * 2.0;
    seen += lit + glow * soft * (0.7 + 0.6 * soft);
    colour = vec4(dither(film_display(seen), gl_FragCoord.xy, frame), 1.0);
}
