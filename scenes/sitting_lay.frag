// The canvas while it is painted: its ground, the underpainting, and the paint over it.
#include "oil.glsl"
#include "oil_wash.glsl"
uniform sampler2D stain;
uniform vec4 sitters[8];
uniform vec2 swirl;
uniform vec3 primed;
uniform float presence;

void main() {
    vec2 at = uv * sheet;
    vec3 along = stroke(at, swirl);
    float bristle = bristles(at, along.xy), tooth = 0.33 * fleck(3.1 * at).b, blot = fleck(0.7 * at).r;
    vec4 figure = texture(stain, uv + 0.003 * vec2(tooth, bristle));
    float bare = 0.0, order = 0.45 + 0.12 * blot + 0.15 * bristle + 0.3 * figure.a; // order in which it is painted
    for (int i = 0; i < 8 && sitters[i].w > 0.0; i++) {
        vec4 who = sitters[i];
        float far = length((at - who.xy * sheet) / vec2(0.42, 1.0)) / who.z + 0.08 * blot + 0.08 * bristle;
        bare = max(bare, smoothstep(1.15, 0.85, far) * smoothstep(order - 0.12, order + 0.12, 1.4 * who.w - 0.15));
    }
    vec2 edge = min(at, sheet - at);
    float border = min(edge.x, edge.y) + 0.01 * blot + 0.009 * bristle;
    float cover = presence * smoothstep(0.03, 0.048, border) * (1.0 - bare);
    float ink = (presence < 1.0 ? (1.0 - presence) * (1.0 - bare) * wash(at) : 0.0) + 3.0 * figure.r;
    vec3 ground = washed(primed, ink * (0.9 + 0.25 * tooth)) * (1.0 + 0.015 * blot + 0.02 * bristle);
    vec4 oil = paint(at, along, bristle);
    vec3 seen = sqrt(mix(ground * ground, oil.rgb * oil.rgb, cover));
    colour = vec4(seen, mix(0.16 + 0.05 * bristle, oil.a, cover) + 0.9 * cover * (1.0 - cover)); // paint is higher at its edges
}
