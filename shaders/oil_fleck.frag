// The noise of clouds.frag in eight bits, which are read faster, drawn once: three deviations to either side.
uniform sampler2D noise;

void main() {
    colour = 0.5 + texture(noise, uv) / 6.0;
}
