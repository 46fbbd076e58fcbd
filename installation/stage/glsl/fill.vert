// Triangles from the middle of an outline to its sides.
in vec2 at;
in vec2 tint;
out vec2 paint;

void main() {
    paint = tint;
    gl_Position = vec4(at * 2.0 - 1.0, 0.0, 1.0);
}
