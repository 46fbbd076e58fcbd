// A brush stroke along a limb: a ribbon whose width follows the pressure, and which lags a little behind the limb.
#include "loop.glsl"
#include "flesh.glsl"
#include "room.glsl"
uniform sampler2D table, strokes; // a row for each stroke: the points it passes in the T-pose, and their bones
uniform int order[24], each;
uniform vec2 resolution;
uniform float phase_240, weight, fray;
out vec4 brush; // across -1..1, metres along, pressure, dryness
out vec3 about; // presence, seed, nearness

vec3 knot(int stroke, int i, int row) {
    vec4 found = texelFetch(strokes, ivec2(i, stroke), 0);
    return carried(table, row, int(found.w), vec4(found.xyz, 1.0));
}

void main() {
    int row = order[gl_InstanceID / each], stroke = gl_InstanceID % each, last = textureSize(strokes, 0).x - 1;
    float v = float(gl_VertexID >> 1) / 31.0, u = v * float(last);
    int i = min(int(u), last - 1);
    float f = u - float(i);
    vec3 b = knot(stroke, i, row), c = knot(stroke, i + 1, row);
    vec3 a = i == 0 ? 2.0 * b - c : knot(stroke, i - 1, row);
    vec3 d = i + 2 > last ? 2.0 * c - b : knot(stroke, i + 2, row);
    vec3 at = b + 0.5 * f * (c - a + f * (2.0 * a - 5.0 * b + 4.0 * c - d + f * (3.0 * (b - c) + d - a)));
    vec3 way = 0.5 * (c - a + f * (2.0 * (2.0 * a - 5.0 * b + 4.0 * c - d) + 3.0 * f * (3.0 * (b - c) + d - a)));
    vec4 who = person(table, row);
    vec4 speed = velocity_of(table, row, int(texelFetch(strokes, ivec2(i, stroke), 0).w));
    float pace = length(speed.xyz), luck = random(stroke, 5);
    at -= speed.xyz * fray * 0.05 * (0.3 + luck) * sin(3.14159 * v);
    vec4 clip = through_wall(at), ahead = through_wall(at + 0.02 * normalize(way + 1e-5));
    vec2 flat_ = (ahead.xy / ahead.w - clip.xy / clip.w) * shape;
    vec2 normal = normalize(vec2(-flat_.y, flat_.x) + vec2(0.0, 1e-7));
    float metre = view[1][1] / clip.w; // of clip space, upwards
    float breath = 1.0 + 0.12 * sin(TURN * (50.0 * phase_240 + luck + who.y));
    float hand = max(0.75 + 1.5 * boiling_noise(vec2(v * 3.5, 17.0 * luck), phase_240, 60), 0.0);
    float press = 1.25 * hand * pow(1.0 - v, 0.8) * smoothstep(0.0, 0.12, v);
    press *= breath / (1.0 + 0.22 * pace) * smoothstep(0.1, 0.7, who.x - 0.3 * v);
    float wobble = 0.022 * boiling_noise(vec2(v * 5.0, 3.0 * luck), phase_240, 120) * (1.0 + fray * min(pace, 4.0));
    float wide = 0.021 * weight * press * mix(0.7, 1.3, luck) * who.z, side = float(gl_VertexID & 1) * 2.0 - 1.0;
    wide = max(wide, 1.4 / (resolution.y * metre));
    float dry = 0.5 * smoothstep(0.6, 3.5, pace) + 0.2 * luck + 0.62 * v * v;
    brush = vec4(side, v * length(d - a) * 1.2 + 5.0 * luck, press, dry);
    about = vec3(who.x, luck, clamp((11.0 - clip.w) / 5.0, 0.25, 1.0));
    vec2 shift = normal * (wobble + side * wide) * metre;
    clip.xy += shift / vec2(shape.x, 1.0) * clip.w;
    gl_Position = vec4(clip.xy, clip.z - 0.02 * clip.w, clip.w);
}
