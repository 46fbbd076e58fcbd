// How deep each colour lies here, told by both sides of the skin and more by the one that faces us.
in vec4 kept;

void main() {
    colour = (gl_FrontFacing ? 0.6 : 1.4) * kept;
}
