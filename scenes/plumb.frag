// The camera picture in canvas coordinates, dimmed, as the background of the instruments.
#include "people.glsl"
uniform sampler2D picture, mask;
uniform vec4 fit;
uniform float brightness;
uniform bool shown;

void main() {
    vec3 seen = vec3(0.062, 0.07, 0.082) + 0.04 * texture(mask, uv).r;
    if (shown && picture_inside(uv, fit) > 0.5)
        seen += brightness * dot(texture(picture, picture_at(uv, fit)).rgb, vec3(0.30, 0.59, 0.11));
    colour = vec4(seen, 1.0);
}
