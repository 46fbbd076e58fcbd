// Reads the scene's painting (`Graphics.painting`).
#include "feedback.glsl"

// The painting at a point of the canvas, sharp at any magnification.
vec3 painted(sampler2D painting, vec2 at) {
    return clamp(sharp(painting, at, vec2(textureSize(painting, 0))).rgb, 0.0, 1.0);
}
