// Fine fibres in a ribbon, each a pixel wide: `across` is how far the pixel lies from the ribbon's middle and `fibres`
// where the four of them lie, in pixels; `light` is what one of them adds to red and green.
in float across;
in vec4 fibres;
in vec2 light;

void main() {
    colour = vec4(light * dot(max(1.0 - abs(across - fibres), 0.0), vec4(0.5)), 0.0, 1.0);
}
