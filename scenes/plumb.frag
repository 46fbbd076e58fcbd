// The camera picture where the visitors really stand, and the ground on which the rest is read.
#include "colour.glsl"
#include "people.glsl"
uniform sampler2D picture;
uniform sampler2D mask;
uniform vec4 fit;
uniform float brightness;
uniform float shown;

void main() {
    vec3 light = vec3(0.006, 0.008, 0.011);
    if (shown > 0.5 && picture_inside(uv, fit) > 0.5)
        light += brightness * vec3(luminance(to_linear(texture(picture, picture_at(uv, fit)).rgb)));
    light += vec3(0.010, 0.012, 0.015) * texture(mask, uv).r;
    colour = vec4(to_display(light), 1.0);
}
