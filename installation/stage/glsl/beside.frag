// Two pictures side by side, each scaled to fit, on a plain background.
uniform sampler2D one, other;
uniform vec2 shapes; // width over height of both
uniform vec2 resolution;

vec3 fitted(sampler2D picture, vec2 at, float shape, float room) {
    vec2 size = shape > room ? vec2(1.0, room / shape) : vec2(shape / room, 1.0);
    vec2 inside = (at - 0.5) / size + 0.5;
    vec2 edge = smoothstep(vec2(0.0), fwidth(inside), inside) * smoothstep(vec2(0.0), fwidth(inside), 1.0 - inside);
    return mix(vec3(0.055, 0.058, 0.066), texture(picture, inside).rgb, edge.x * edge.y);
}

void main() {
    float room = 0.5 * resolution.x / resolution.y;
    vec2 at = vec2(fract(2.0 * uv.x), uv.y);
    colour = vec4(uv.x < 0.5 ? fitted(one, at, shapes.x, room) : fitted(other, at, shapes.y, room), 1.0);
}
