// A surface in soft light: a warm key light from the upper left, sky above, floor below, a weak highlight.
#include "colour.glsl"
#include "noise.glsl"
#include "room.glsl"
uniform sampler2D base;
uniform vec4 factor;
uniform float cutoff;
uniform bool unlit, opaque;
in vec3 here, across;
in vec2 texel;
in vec4 dye;
flat in float presence;

const vec3 KEY = vec3(-0.50, 0.62, -0.605), WARM = vec3(1.0, 0.90, 0.78), SKY = vec3(0.34, 0.42, 0.56);
const vec3 FLOOR = vec3(0.20, 0.15, 0.12);

void main() {
    vec4 found = texture(base, texel), surface = factor * dye * vec4(to_linear(found.rgb), found.a);
    // Alpha to coverage, sharpened to a pixel's width at the cutoff, so that hair and leaves keep smooth edges.
    float sharp = clamp((surface.a - cutoff) / max(fwidth(surface.a), 1e-3) + 0.5, 0.0, 1.0);
    float alpha = opaque ? 1.0 : cutoff >= 0.0 ? sharp : surface.a;
    float edge = 1.0;
    if (presence < 1.0) edge = presence * 1.25 - 0.15 - (0.5 + 0.5 * gradient_noise(here * 9.0));
    if (alpha < 0.01 || edge < 0.0) discard;
    vec3 look = normalize(eye - here), n = normalize(across);
    n = dot(n, look) < 0.0 ? -n : n;
    float wrap = clamp((dot(n, KEY) + 0.2) / 1.2, 0.0, 1.0), up = 0.5 + 0.5 * n.y;
    float shade = mix(0.55, 1.0, smoothstep(0.0, 0.5, here.y + 0.35 * up));
    vec3 light = 1.35 * WARM * wrap * wrap + mix(FLOOR, SKY, up) * shade * 0.34;
    float fresnel = pow(1.0 - max(dot(n, look), 0.12), 4.0);
    float shine = pow(max(dot(n, normalize(KEY + look)), 0.0), 32.0);
    vec3 seen = unlit ? surface.rgb : surface.rgb * light + 0.07 * shine * WARM + 0.14 * fresnel * SKY * (0.3 + up);
    seen += vec3(1.0, 0.55, 0.25) * exp(-26.0 * edge);
    colour = vec4(cutoff >= 0.0 ? seen : seen * alpha, alpha);
}
