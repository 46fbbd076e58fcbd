// Winding numbers as coverage at a quarter of the size: four taps between texels are the mean of four by four.
uniform sampler2D fill;
uniform vec2 texel;

void main() {
    vec2 sum = vec2(0.0);
    for (int i = 0; i < 4; i++) {
        vec2 offset = texel * (vec2(i & 1, i >> 1) * 2.0 - 1.0);
        sum += min(abs(texture(fill, uv + offset).rg), 1.0);
    }
    colour = vec4(0.25 * sum, 0.0, 1.0);
}
