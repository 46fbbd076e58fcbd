// A picture in display values, drawn larger without the stars and steps of linear filtering.
#include "colour.glsl"
#include "feedback.glsl"
uniform sampler2D picture;
uniform float frame;

void main() {
    colour = vec4(dither(sharp(picture, uv, vec2(textureSize(picture, 0))).rgb, gl_FragCoord.xy, frame), 1.0);
}
