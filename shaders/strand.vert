// A strand as a ribbon of twisted silk: two vertices at each of its sections, three times as many as it has points.
#include "noise.glsl"
#include "flesh.glsl"
#include "room.glsl"
uniform sampler2D table, now;
uniform int order[24], band, bands, each;
uniform vec2 resolution;
uniform vec3 accent;
uniform float weight, lit;
out vec3 side; // -1..1 across, turns of the twist along it, half the width in pixels
out vec4 dye;

const vec3 INDIGO = vec3(0.05, 0.16, 0.34), SAFFRON = vec3(0.55, 0.30, 0.06);

void main() {
    int row = order[gl_InstanceID / each], strand = gl_InstanceID % each, last = textureSize(now, 0).x - 1;
    int line = (row < 0 ? bands - 1 : row) * band + strand;
    float u = float(gl_VertexID >> 1) / 2.0, f = fract(u);
    int i = min(int(u), last - 1);
    f = u - float(i);
    vec3 a = texelFetch(now, ivec2(max(i - 1, 0), line), 0).xyz, b = texelFetch(now, ivec2(i, line), 0).xyz;
    vec4 here = texelFetch(now, ivec2(i + 1, line), 0);
    vec3 c = here.xyz, d = texelFetch(now, ivec2(min(i + 2, last), line), 0).xyz;
    vec3 at = b + 0.5 * f * (c - a + f * (2.0 * a - 5.0 * b + 4.0 * c - d + f * (3.0 * (b - c) + d - a)));
    vec3 way = c - a + f * (2.0 * (2.0 * a - 5.0 * b + 4.0 * c - d) + 3.0 * f * (3.0 * (b - c) + d - a));
    vec4 clip = through_wall(at), ahead = through_wall(at + 0.01 * normalize(way + 1e-5));
    vec2 flat_ = (ahead.xy / ahead.w - clip.xy / clip.w) * shape;
    vec2 across = normalize(vec2(-flat_.y, flat_.x) + vec2(0.0, 1e-7));
    vec2 luck = random2(strand, 21);
    float v = u / float(last), held = here.w * 2.0 - 1.0, far = 0.0, presence = 1.0, tone = luck.x;
    if (row >= 0) {
        vec4 who = person(table, row);
        float hip = carried(table, row, 0, vec4(0.0, 1.1, 0.0, 1.0)).z;
        far = clamp((at.z - hip) / 0.22, -1.0, 1.0) * held;
        presence = smoothstep(0.0, 0.2, who.x);
        tone = fract(luck.x + 0.35 * who.y);
    }
    vec3 silk = mix(vec3(0.80, 0.66, 0.48), vec3(0.95, 0.90, 0.80), luck.y);
    vec3 dyed = tone < 0.16 ? accent : tone < 0.27 ? INDIGO : tone < 0.36 ? SAFFRON : silk;
    vec3 along = normalize(way + 1e-5), lamp = normalize(vec3(-0.5, 0.7, -0.5)), ray = normalize(at - eye);
    float cosine = dot(along, lamp), sine = sqrt(max(1.0 - cosine * cosine, 0.0));
    float seen = dot(along, ray), glance = sine * sqrt(max(1.0 - seen * seen, 0.0)) - cosine * seen;
    float light = (0.10 + 0.55 * sine) * mix(1.0, 0.22, smoothstep(-0.6, 0.9, far));
    light += 0.9 * pow(max(glance, 0.0), 22.0) * (1.0 - max(far, 0.0)); // highlight of a fibre (Kajiya and Kay 1989)
    float ends = smoothstep(0.0, 0.06, v) * smoothstep(0.0, 0.06, 1.0 - v), air = row < 0 ? lit : mix(0.25, 1.0, held);
    float wide = weight * mix(0.0026, 0.0052, luck.y * luck.y) * view[1][1] * 0.5 * resolution.y / max(clip.w, 0.3);
    float half_ = max(0.5 * wide, 0.55);
    float fine = min(wide / (2.0 * half_), 1.0);
    side = vec3(float(gl_VertexID & 1) * 2.0 - 1.0, u * 3.0 + luck.x * 7.0, half_);
    dye = vec4(dyed * light, 0.85 * fine * ends * air * presence * (row < 0 ? 0.5 : 1.0));
    clip.xy += across / shape * side.x * (half_ + 0.7) * 2.0 / resolution.y * clip.w;
    gl_Position = clip;
}
