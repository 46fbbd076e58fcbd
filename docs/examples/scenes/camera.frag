// The camera picture: an engraving whose lines swell where the picture is dark; people are in an ink of their own.
/*{
    "DESCRIPTION": "Camera: the room as a banknote, cut in lines.",
    "INPUTS": [
        {"NAME": "lines", "TYPE": "float", "DEFAULT": 80.0, "MIN": 30.0, "MAX": 200.0,
         "LABEL": "Lines in a height of the wall"},
        {"NAME": "ink", "TYPE": "color", "DEFAULT": [0.11, 0.17, 0.25, 1.0], "LABEL": "Ink of the room"},
        {"NAME": "ink_of_people", "TYPE": "color", "DEFAULT": [0.76, 0.16, 0.11, 1.0], "LABEL": "Ink of people"}
    ]
}*/
#include "given.glsl"
#include "camera.glsl"
#include "loop.glsl"
#include "colour.glsl"
uniform float phase_20;

// The picture without the detail that a line cannot show, from 0 dark to 1 bright; paper where there is none.
float tone(vec2 at) {
    float sum = 0.0;
    for (int i = 0; i < 9; i++) {
        vec2 beside = 0.4 / lines * (vec2(i % 3, i / 3) - 1.0) / vec2(aspect, 1.0);
        sum += dot(camera_at(at + beside), vec3(0.3, 0.6, 0.1)) / 9.0;
    }
    return mix(0.85, sum, camera_presence * picture_inside(at, camera_fit));
}

void main() {
    float bright = tone(uv), person = smoothstep(0.3, 0.7, texture(mask, uv).r);
    vec2 p = turned(uv * vec2(aspect, 1.0), mix(-0.09, 0.06, person));
    float row = p.y * lines + 1.5 * bright + 0.8 * boiling_noise(2.5 * p, phase_20, 8);
    float width = 1.0 - smoothstep(0.0, 0.9, pow(bright, 0.7)), blur = 0.02 + fwidth(p.y * lines);
    float inked = 0.12 + 1.1 * width, line = smoothstep(-blur, blur, inked - abs(fract(row) * 2.0 - 1.0));
    line = mix(line, min(inked, 1.0), smoothstep(0.25, 0.6, blur));  // of lines as fine as pixels only the mean
    vec3 paper = vec3(0.95, 0.91, 0.82) - 0.02 * grain(gl_FragCoord.xy, 0.0);
    colour = vec4(mix(paper, mix(ink.rgb, ink_of_people.rgb, person), line), 1.0);
}
