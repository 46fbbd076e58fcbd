// Ink that the bristles of a stroke leave on the paper, less where the brush was fast. R half of the ink, G wetness,
// B nearness, A coverage.
uniform sampler2D noise;
in vec4 brush;
in vec3 about;

void main() {
    float bristle = texture(noise, vec2(brush.x * 0.30 + about.y * 7.0, brush.y * 0.09)).r * 0.33;
    float tooth = texture(noise, vec2(brush.x * 0.05 + about.y, brush.y * 0.8)).g * 0.33;
    float edge = 1.0 - brush.x * brush.x + 0.35 * tooth;
    float loaded = 0.9 * bristle + 0.4 * tooth + 0.62 - 0.95 * brush.w;
    float laid = smoothstep(0.02, 0.30, edge) * smoothstep(-0.12, 0.16, loaded);
    float ink = (1.5 + 0.8 * bristle) * mix(0.5, 1.0, about.z) * smoothstep(0.0, 0.3, brush.z);
    float alpha = laid * smoothstep(0.05, 0.5, about.x);
    colour = vec4(0.5 * ink * alpha, alpha * (1.0 - brush.w), alpha * about.z, alpha);
}
