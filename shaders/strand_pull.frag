// Simulates one point of a strand (columns along it, a row each): metres in the room, and in A how loose it is.
#include "loop.glsl"
#include "flesh.glsl"
#include "room.glsl"
uniform sampler2D table, now, before, pattern;
uniform int band;
uniform float phase_600, dt, dt_before, fray;
flat in int row;

// A line across the wall that sags and moves with the air.
vec3 strung(int strand, float v, float far) {
    vec2 luck = random2(strand, 41), more = random2(strand, 42);
    float x = (v - 0.5) * (far + 3.5) * 1.0 * shape.x / 2.0, knot = sin(3.14159 * v), turns = TURN * phase_600;
    float high = 0.25 + 1.15 * pow(luck.x, 1.3) + 0.5 * (more.x - 0.5);
    float sway = boiling_noise(vec2(x * 0.35 + 3.0 * luck.y, 2.0 * luck.x), phase_600, 78);
    float wave = sin(1.7 * x - 33.0 * turns + 1.2 * luck.y) * 0.10 + sin(0.6 * x + 20.0 * turns) * 0.16;
    return vec3(x, high - 0.35 * knot * (0.4 + more.y) + 0.30 * sway + wave, far + 0.4 * sway);
}

const float STEP = 0.062; // metres between points of a strand

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy), size = textureSize(now, 0);
    int strand = at.y % band;
    float v = float(at.x) / float(size.x - 1);
    vec4 was = texelFetch(now, at, 0), old = texelFetch(before, at, 0);
    vec4 rest = texelFetch(pattern, ivec2(at.x, strand), 0);
    vec2 luck = random2(strand, 7), more = random2(strand, 8);
    vec3 line = strung(at.y, v, 2.5 + 3.0 * luck.y), goal = line, ride = vec3(0.0);
    float rate = 2.5, loose = 1.0, held = 0.0;
    if (row >= 0) {
        vec4 who = person(table, row);
        int bones = int(rest.w), a = bones / 32, b = bones % 32;
        vec3 skin = vec4(rest.xyz, 1.0) * carrier(table, row, a, b, 0.5 + 0.5 * fract(rest.w));
        vec3 limb = velocity_of(table, row, a).xyz;
        held = smoothstep(0.0, 1.0, clamp(1.8 * who.x - 0.8 * (0.6 * luck.x + 0.4 * abs(2.0 * v - 1.0)), 0.0, 1.0));
        ride = 0.85 * held * velocity_of(table, row, 0).xyz; // threads move with the body
        limb -= ride;
        vec2 ends = 0.04 + 0.16 * more * more;
        float tail = max(1.0 - smoothstep(0.0, ends.x, v), smoothstep(1.0 - ends.y, 1.0, v));
        loose = clamp(tail * fray + 0.3 * fray * smoothstep(1.5, 5.0, length(limb)) * luck.y * luck.y, 0.0, 1.0);
        vec3 inner = texelFetch(now, at + ivec2(v < 0.5 ? 1 : -1, 0), 0).xyz;
        vec3 air = sin(vec3(3.0, 2.2, 2.7) * was.yzx + TURN * vec3(105.0, 67.0, 86.0) * phase_600 + 20.0 * luck.xyx);
        // A loose point is a rope: it hangs from the point before it, and the wind of the movement lifts it.
        vec3 hang = (skin - inner) * (1.0 - loose) / STEP + loose * (vec3(0.0, -1.1, 0.0) + 0.7 * air - 0.3 * limb);
        skin = mix(skin + 0.006 * air, inner + STEP * normalize(hang + 1e-4), smoothstep(0.0, 0.4, loose));
        goal = mix(line, skin, held);
        rate = mix(3.0, mix(38.0, 14.0, luck.x * luck.x), held * held) * mix(1.0, 0.7, loose * held);
    }
    vec3 beside = at.x == 0 || at.x == size.x - 1 ? goal
        : 0.5 * (texelFetch(now, at - ivec2(1, 0), 0).xyz + texelFetch(now, at + ivec2(1, 0), 0).xyz);
    goal = mix(goal, beside, 0.2 + 0.15 * loose);
    vec3 speed = old.w == 0.0 ? vec3(0.0) : clamp((was.xyz - old.xyz) / max(dt_before, 1e-3), vec3(-9.0), vec3(9.0));
    float pull = rate * rate * dt; // backward Euler, as in curve.glsl, in the moving frame
    speed = ride + (speed - ride + pull * (goal - was.xyz - ride * dt)) / (1.0 + 1.5 * rate * dt + pull * dt);
    colour = was == vec4(0.0) ? vec4(goal, 1.0) : vec4(was.xyz + speed * dt, 0.5 + 0.5 * held);
}
