// The paper, drawn once: RG deflection of ink by its fibres, B roughness, A tone; all about 0.5.
uniform sampler2D noise;
uniform vec2 shape;

void main() {
    vec2 at = uv * shape;
    vec4 fibre = 0.33 * texture(noise, at * 2.2), grain = 0.33 * texture(noise, at * 7.0);
    float blot = 0.33 * texture(noise, at * 0.45).r;
    colour = 0.5 + vec4(0.25 * (fibre.rg + 0.5 * grain.gb), 0.5 * grain.r + 0.27 * fibre.b,
        0.5 * grain.g + 0.6 * fibre.r + 0.8 * blot);
}
