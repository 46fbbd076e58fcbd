// Fine fibres in a ribbon: `across` is the pixel's distance from the ribbon's middle and `fibres` the positions of the
// four fibres, in pixels; `light` is what one fibre adds to red and green. A fibre is a pixel wide up to 720 rows and
// wider beyond; on fewer rows it is weaker in proportion, so that every canvas is equally bright.
uniform vec2 resolution;
in float across;
in vec4 fibres;
in vec2 light;

void main() {
    float rows = resolution.y / 720.0;
    vec4 near = max(1.0 - abs(across - fibres) / max(rows, 1.0), 0.0);
    colour = vec4(min(rows, 1.0) * 0.5 * dot(near, vec4(1.0)) * light, 0.0, 1.0);
}
