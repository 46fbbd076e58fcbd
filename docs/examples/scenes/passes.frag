// Several passes: a wind that people make, what it has carried along, and the picture of that: marbled paper.
/*{
    "DESCRIPTION": "Passes: marbled paper, and your movements are the comb.",
    "INPUTS": [
        {"NAME": "rest", "TYPE": "float", "DEFAULT": 12.0, "MIN": 1.0, "MAX": 60.0, "LABEL": "Half-life of movements, s"},
        {"NAME": "bands", "TYPE": "float", "DEFAULT": 9.0, "MAX": 20.0, "LABEL": "How fine the pattern is"}
    ],
    "PASSES": [
        {"TARGET": "wind", "PERSISTENT": true, "FLOAT": true, "WIDTH": "$WIDTH / 8", "HEIGHT": "$HEIGHT / 8"},
        {"TARGET": "carried", "PERSISTENT": true, "FLOAT": true, "WIDTH": "$WIDTH / 4", "HEIGHT": "$HEIGHT / 4"},
        {}
    ]
}*/
#include "given.glsl"
#include "people.glsl"
#include "feedback.glsl"
#include "loop.glsl"
uniform float phase_300;
const mat4x3 DYES = mat4x3(0.14, 0.20, 0.36, 0.70, 0.22, 0.17, 0.93, 0.87, 0.76, 0.20, 0.37, 0.36);

void main() {
    vec2 p = uv * vec2(aspect, 1.0);
    vec4 here = texture(mask, uv);
    if (PASSINDEX == 0) {  // canvas coordinates a second
        vec2 before = fade(0.7, dt) * advect(wind, wind, uv, dt).xy + 0.01 * dt * boiling_curl(2.0 * p, phase_300, 60);
        colour = vec4(mix(before, flow_at(flow, uv), min(here.g * 6.0 * dt, 1.0)), 0.0, 1.0);
    } else if (PASSINDEX == 1) {  // how far the water here has moved
        vec2 from = trace_back(wind, uv, dt);
        colour = vec4((texture(carried, from).xy + uv - from) * fade(rest, dt), 0.0, 1.0);
    } else {
        p -= texture(carried, uv).xy * vec2(aspect, 1.0);
        float band = bands * (0.6 * p.x + 0.7 * fbm(1.1 * p + 0.25 * fbm(3.0 * p, 2), 3) + 0.05 * cos(40.0 * p.y));
        float vein = abs(fract(band) - 0.5), edge = 0.5 * fwidth(band), line = smoothstep(0.46 - edge, 0.46 + edge, vein);
        vec3 dye = mix(DYES[int(4.0 * random(int(floor(band)), 3))], vec3(0.08), line);
        dye *= 1.0 - 0.5 * texture(mask, uv + vec2(-0.008, 0.014)).r;  // the shadow of the paper figure that follows
        colour = vec4(mix(dye, vec3(0.96, 0.94, 0.90), smoothstep(0.4, 0.6, here.r)), 1.0);
    }
}
