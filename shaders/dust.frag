// One point: a soft disc of light (premultiplied alpha).
in vec4 light;

void main() {
    vec2 p = gl_PointCoord * 2.0 - 1.0;
    float disc = max(1.0 - dot(p, p), 0.0);
    colour = light * disc * disc;
}
