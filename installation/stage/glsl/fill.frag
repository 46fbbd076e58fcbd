// Winding number of the outline around the pixel: triangles of the opposite winding subtract.
in vec2 paint;

void main() {
    colour = vec4(gl_FrontFacing ? paint : -paint, 0.0, 0.0);
}
