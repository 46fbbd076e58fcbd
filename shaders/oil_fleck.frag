// Noise in eight bits, which are read faster, drawn once: what clouds.frag makes, three deviations either way.
uniform sampler2D noise;

void main() {
    colour = 0.5 + texture(noise, uv) / 6.0;
}
