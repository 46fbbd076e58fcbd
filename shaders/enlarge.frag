// A picture in display values, enlarged without the artefacts of linear filtering.
#include "colour.glsl"
uniform sampler2D picture;
uniform float frame;

void main() {
    // One linear tap, shifted towards the texels' centres: between nearest and linear.
    vec2 size = vec2(textureSize(picture, 0)), at = uv * size - 0.5, f = fract(at);
    vec2 eased = f * (0.3 + f * (2.1 - 1.4 * f));
    colour = vec4(dither(texture(picture, (at - f + eased + 0.5) / size).rgb, gl_FragCoord.xy, frame), 1.0);
}
