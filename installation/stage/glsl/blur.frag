// One half of a wide Gaussian blur (sigma six texels) along `along`, one texel long; each tap is two texels at once.
uniform sampler2D fill;
uniform vec2 along;

void main() {
    vec2 sum = vec2(0.0);
    float all = 0.0;
    for (int i = -6; i < 6; i++) {
        float place = 2.0 * float(i) + 0.5;
        float weight = exp(-place * place / 72.0);
        sum += weight * texture(fill, uv + along * place).rg;
        all += weight;
    }
    colour = vec4(sum / all, 0.0, 1.0);
}
