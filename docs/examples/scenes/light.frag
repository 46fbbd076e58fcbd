// People as light: everybody is a lamp at the place of their heart, and the wall is rough enough to show it.
/*{
    "DESCRIPTION": "Light: everybody is a lamp before a plastered wall.",
    "INPUTS": [
        {"NAME": "relief", "TYPE": "float", "DEFAULT": 1.0, "MAX": 3.0, "LABEL": "How rough the plaster is"},
        {"NAME": "lamp", "TYPE": "color", "DEFAULT": [1.0, 0.68, 0.36, 1.0], "LABEL": "The light of visitors"}
    ]
}*/
#include "given.glsl"
#include "joints.glsl"
#include "loop.glsl"
#include "colour.glsl"
uniform float phase_30;

float plaster(vec2 p) {
    return 0.4 * fbm(1.3 * p, 2) + 0.12 * abs(simplex(vec2(3.0, 5.0) * p)) + 0.006 * simplex(70.0 * p);
}

// How bright a lamp makes the wall: it falls off with distance, and slopes that face it catch more.
float lit(vec2 to_lamp, vec2 slope) {
    float far = dot(to_lamp, to_lamp), facing = max(0.6 + dot(normalize(to_lamp), slope), 0.0);
    return 0.014 * facing / (0.014 + far) / (1.0 + 3.0 * far);
}

void main() {
    vec2 p = uv * vec2(aspect, 1.0);
    vec2 slope = 0.35 * relief * resolution.y * vec2(dFdx(plaster(p)), dFdy(plaster(p)));
    // In an empty room a moon wanders over the wall.
    vec2 moon = vec2(0.5 * aspect, 0.55) + vec2(0.7, 0.3) * wander(phase_30, 3);
    vec3 sum = lit(moon - p, slope) * vec3(0.5, 0.7, 1.2) * (1.0 - 0.85 * presence);
    for (int person = 0; person < people; person++) {
        vec3 warm = mix(to_linear(lamp.rgb), from_hue(0.68, 0.2, 0.04 * float(person)), 0.5) * presence_of(person);
        sum += warm * (0.7 + energy_of(person)) * lit(heart_of(person).xy * vec2(aspect, 1.0) - p, slope);
    }
    vec4 here = texture(mask, uv);
    vec3 glow = to_linear(lamp.rgb) * (0.5 + 5.0 * here.g * here.g);
    sum = mix(sum + 0.2 * here.g * here.g * glow, glow + 0.1 * sum, smoothstep(0.1, 0.9, here.r));
    colour = vec4(dither(to_display(film(sum)), gl_FragCoord.xy, float(frame)), 1.0);
}
