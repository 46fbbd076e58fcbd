// Oil paint: a small painting smeared along its strokes by the bristles of a brush. RGB are square roots of light.
#include "painting.glsl"
#include "colour.glsl"
uniform sampler2D painting, strokes, flecks; // drawn by oil_strokes.frag, and by oil_fleck.frag
uniform vec2 sheet;

// Noise about 0 with a deviation of about 1: clouds in R and G, mottle in B, fibre in A.
vec4 fleck(vec2 at) {
    return 6.0 * texture(flecks, at) - 3.0;
}

// The direction of the strokes at a point, a unit vector in canvas heights, and in z the thickness of the paint. Where
// the painting is flat, strokes follow slow bends; `sway` is added to their direction.
vec3 stroke(vec2 at, vec2 sway) {
    vec2 place = at / sheet, texel = 1.0 / vec2(textureSize(strokes, 0));
    vec4 here = 2.0 * soften(strokes, place, 1.2 * texel) - 1.0;
    float bend = 2.1 * fleck(0.11 * at).r + 0.5;
    vec2 twice = here.gb + 0.25 * vec2(cos(bend), sin(bend));
    twice += vec2(sway.x * sway.x - sway.y * sway.y, 2.0 * sway.x * sway.y);
    twice = normalize(twice + vec2(1e-5, 0.0));
    vec2 once = sqrt(max(0.5 + vec2(0.5, -0.5) * twice.x, 0.0));
    return vec3(once.x, twice.y < 0.0 ? -once.y : once.y, here.a);
}

// Marks of the bristles along a direction, about -1..1: line integral convolution of noise (Cabral and Leedom 1993).
float bristles(vec2 at, vec2 along) {
    float sum = 0.0;
    for (int i = -2; i <= 2; i++) sum += texture(flecks, 2.3 * (at + 0.006 * float(i) * along)).b;
    return 1.3 * sum - 3.25;
}

// Light to its square root, as it is stored between passes, and back.
vec3 kept(vec3 display) {
    return sqrt(display * display * (0.3 * display + 0.7));
}

// The painting at a point, rough at its edges: RGB stored light, A height of the paint.
vec4 paint(vec2 at, vec3 along, float bristle) {
    vec2 across = vec2(-along.y, along.x) * bristle / vec2(textureSize(painting, 0)).y;
    vec3 seen = painted(painting, (at + 0.5 * across) / sheet);
    return vec4(kept(seen) * (1.0 + 0.04 * bristle), 0.45 + 1.4 * along.z + 0.055 * bristle);
}
