// Depth of each colour's shadow.
in vec4 kept;

void main() {
    colour = 2.0 * kept;
}
