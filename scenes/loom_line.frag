// Four fibres that twist around each other within the ribbon, each a pixel fine.
in float across;
in vec4 fibres;
in vec2 light;

void main() {
    colour = vec4(light * dot(max(1.0 - abs(across - fibres), 0.0), vec4(0.5)), 0.0, 1.0);
}
