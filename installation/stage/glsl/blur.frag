// One half of a wide Gaussian blur (sigma six texels) along `along`, one texel long.
uniform sampler2D fill;
uniform vec2 along;

void main() {
    vec2 sum = vec2(0.0);
    float all = 0.0;
    for (int i = -6; i <= 6; i++) {
        float weight = exp(-float(i * i) / 18.0);
        sum += weight * min(abs(texture(fill, uv + along * 2.0 * float(i)).rg), 1.0);
        all += weight;
    }
    colour = vec4(sum / all, 0.0, 1.0);
}
