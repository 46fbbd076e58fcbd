// How deep each colour lies here.
in vec4 kept;

void main() {
    colour = 2.0 * kept;
}
