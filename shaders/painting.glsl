// Paintings on the canvas; the texture is what a workshop's `painting()` gives.
#include "feedback.glsl"

// The painting at a place of the canvas, its strokes as crisp as its pixels allow however large it is shown.
vec3 painted(sampler2D painting, vec2 at) {
    return clamp(sharp(painting, at, vec2(textureSize(painting, 0))).rgb, 0.0, 1.0);
}
