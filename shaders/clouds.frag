// Tileable noise, drawn once and sampled often: values about 0 with a deviation of about 1. R and G are clouds,
// B is mottle, A is fibre; each tile fades into the next one (weights whose squares add up to 1).
#include "noise.glsl"
uniform float seed; // 0..100

vec4 clouds(vec2 p) {
    return 3.0 * vec4(fbm(p * 5.0, 5), fbm(p * 5.0 + 71.3, 5), fbm(p * 16.0 + 37.1, 4), fbm(p * vec2(24.0, 60.0), 3));
}

void main() {
    vec4 sum = vec4(0.0);
    for (int i = 0; i < 4; i++) {
        vec2 copy = vec2(i & 1, i >> 1), weight = abs(1.0 - copy - uv);
        sum += sqrt(weight.x * weight.y) * clouds(uv - copy + 19.7 * seed + 8.0);
    }
    colour = sum;
}
