// How deep each colour lies here, told by one side of the skin.
in vec4 kept;

void main() {
    colour = gl_FrontFacing ? 2.0 * kept : vec4(0.0);
}
