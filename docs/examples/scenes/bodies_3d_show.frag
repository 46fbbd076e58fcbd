#include "room.glsl"
uniform sampler2D light;
void main() { // the bodies, over a floor with rings of light around the point three metres before the wall
    float far = length(floor_at(uv).xy - vec2(0.0, 3.0)), ring = 0.8 + 0.2 * step(0.92, fract(4.0 * far));
    vec4 seen = texture(light, uv);
    colour = vec4(mix(vec3(0.2, 0.22, 0.28) * exp(-0.6 * far) * ring, sqrt(seen.rgb), seen.a), 1.0);
}
