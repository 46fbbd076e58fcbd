// How often the outline winds around the pixel: a triangle that runs the other way takes back.
in vec2 paint;

void main() {
    colour = vec4(gl_FrontFacing ? paint : -paint, 0.0, 0.0);
}
