// Strokes of a painting: GB direction as a double angle, A thickness; all about 0.5.
uniform sampler2D painting;

float lightness(vec2 at) {
    return dot(texture(painting, at).rgb, vec3(0.3, 0.59, 0.11));
}

void main() {
    vec2 e = 1.2 / vec2(textureSize(painting, 0));
    float a = lightness(uv - e), b = lightness(uv + vec2(e.x, -e.y)), c = lightness(uv + vec2(-e.x, e.y));
    float d = lightness(uv + e), here = lightness(uv);
    vec2 slope = vec2(b + d - a - c, c + d - a - b);
    vec2 twice = vec2(slope.y * slope.y - slope.x * slope.x, -2.0 * slope.x * slope.y);
    float wide = 0.25 * (lightness(uv + vec2(3.0, 1.0) * e) + lightness(uv - vec2(3.0, 1.0) * e)
        + lightness(uv + vec2(-1.0, 3.0) * e) + lightness(uv + vec2(1.0, -3.0) * e));
    colour = 0.5 + 0.5 * vec4(0.0, twice / (length(twice) + 0.004), 0.5 * (here + 0.25 * (a + b + c + d)) - wide);
}
