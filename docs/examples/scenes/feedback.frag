// Feedback: what the scene drew last, moved a little and faded a little, is what it draws on. Left alone, two dancers
// keep it warm.
/*{
    "DESCRIPTION": "Feedback: your outline leaves you as heat, and rises.",
    "INPUTS": [
        {"NAME": "rise", "TYPE": "float", "DEFAULT": 0.2, "MAX": 0.5, "LABEL": "How fast heat rises, heights a second"},
        {"NAME": "glow", "TYPE": "float", "DEFAULT": 1.6, "MIN": 0.1, "MAX": 4.0, "LABEL": "Seconds until half is gone"}
    ],
    "VISITANT": {"cast": {"alone": 2}}
}*/
#include "given.glsl"
#include "people.glsl"
#include "loop.glsl"
uniform float phase_60;

void main() {
    // Where the heat that is here now was a frame ago: below, and nearer to the middle.
    vec2 place = uv * vec2(aspect, 1.0);
    float sway = boiling_noise(vec2(2.0, 1.3) * place - vec2(0.0, 10.0 * phase_60), phase_60, 30);
    vec2 wind = rise * vec2(1.2 * (uv.x - 0.5) + 0.7 * sway, 0.7 + 0.5 * uv.y) + 0.3 * flow_at(flow, uv);
    vec3 heat = texture(previous, uv - dt * wind / vec2(aspect, 1.0)).rgb;

    // It cools from white over gold and red to violet: green fades first.
    heat *= pow(vec3(0.5), dt / (glow * vec3(1.0, 0.4, 0.62)));

    // New heat comes from the edges of people, and from what moves.
    vec4 here = texture(mask, uv);
    float edge = 4.0 * here.r * (1.0 - here.r) + 0.7 * max(here.a - here.r, 0.0);
    heat = mix(max(heat, edge * vec3(1.0, 0.85, 0.7)), vec3(0.02, 0.01, 0.03), here.r * 8.0 * dt);
    colour = vec4(max(heat, vec3(0.05, 0.02, 0.07) * uv.y), 1.0);
}
