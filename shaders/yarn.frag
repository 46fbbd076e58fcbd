// Fine fibres in a ribbon: `across` is how far the pixel lies from the ribbon's middle and `fibres` where the four of
// them lie, in pixels; `light` is what one of them adds to red and green. A fibre is a pixel wide up to 720 rows and
// wider beyond; on fewer rows it is as much weaker as it is too wide, so that every wall is equally bright.
uniform vec2 resolution;
in float across;
in vec4 fibres;
in vec2 light;

void main() {
    float rows = resolution.y / 720.0;
    vec4 near = max(1.0 - abs(across - fibres) / max(rows, 1.0), 0.0);
    colour = vec4(min(rows, 1.0) * 0.5 * dot(near, vec4(1.0)) * light, 0.0, 1.0);
}
