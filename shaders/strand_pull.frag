// One place of one strand, a column along it and a row each: metres in the room, and in a how loose it is there.
#include "noise.glsl"
#include "flesh.glsl"
#include "room.glsl"
uniform sampler2D table, now, before, pattern;
uniform int band;
uniform float time, dt, dt_before, fray, alone;
flat in int row;

// A line strung across the wall, slack in the air that moves.
vec3 strung(int strand, float v, float far) {
    vec2 luck = random2(strand, 41), more = random2(strand, 42);
    float x = (v - 0.5) * (far + 3.5) * 1.0 * shape.x / 2.0, knot = sin(3.14159 * v);
    float high = 0.25 + 1.15 * pow(luck.x, 1.3) + 0.5 * (more.x - 0.5);
    float sway = gradient_noise(vec3(x * 0.35 + 3.0 * luck.y, 2.0 * luck.x, 0.13 * time));
    float wave = sin(1.7 * x - 0.35 * time + 1.2 * luck.y) * 0.10 + sin(0.6 * x + 0.21 * time) * 0.16;
    return vec3(x, high - 0.35 * knot * (0.4 + more.y) + 0.30 * sway + wave, far + 0.4 * sway);
}

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy), size = textureSize(now, 0);
    int strand = at.y % band;
    float v = float(at.x) / float(size.x - 1);
    vec4 was = texelFetch(now, at, 0), old = texelFetch(before, at, 0), rest = texelFetch(pattern, ivec2(at.x, strand), 0);
    vec2 luck = random2(strand, 7), more = random2(strand, 8);
    vec3 line = strung(at.y, v, 2.5 + 3.0 * luck.y), goal = line, push = vec3(0.0);
    float rate = 2.5, loose = 1.0, held = 0.0;
    if (row >= 0) {
        vec4 who = person(table, row);
        int bones = int(rest.w), a = bones / 32, b = bones % 32;
        vec3 skin = mix(carried(table, row, b, vec4(rest.xyz, 1.0)), carried(table, row, a, vec4(rest.xyz, 1.0)),
            0.5 + 0.5 * fract(rest.w));
        vec4 speed = velocity_of(table, row, a);
        held = smoothstep(0.0, 1.0, clamp(1.8 * who.x - 0.8 * (0.6 * luck.x + 0.4 * abs(2.0 * v - 1.0)), 0.0, 1.0));
        float tail = max(smoothstep(0.05 + 0.2 * more.x * more.x, 0.0, v), smoothstep(0.95 - 0.2 * more.y * more.y, 1.0, v));
        loose = clamp(tail * fray + 0.3 * fray * smoothstep(0.8, 4.0, length(speed.xyz)) * luck.y, 0.0, 1.0);
        vec3 air = sin(vec3(3.0, 2.2, 2.7) * was.yzx + vec3(1.1, 0.7, 0.9) * time + 20.0 * luck.xyx);
        goal = mix(line, skin + air * (0.004 + 0.07 * loose), held);
        push = held * loose * (vec3(0.0, -6.0, 0.0) + 1.5 * air - 0.6 * speed.xyz);
        rate = mix(3.0, mix(30.0, 9.0, luck.x * luck.x), held * held) * mix(1.0, 0.45, loose * held);
    }
    vec3 beside = at.x == 0 || at.x == size.x - 1 ? goal
        : 0.5 * (texelFetch(now, at - ivec2(1, 0), 0).xyz + texelFetch(now, at + ivec2(1, 0), 0).xyz);
    goal = mix(goal, beside, 0.12 + 0.6 * loose);
    vec3 speed = old.w == 0.0 ? vec3(0.0) : clamp((was.xyz - old.xyz) / max(dt_before, 1e-3), vec3(-9.0), vec3(9.0));
    speed = (speed + dt * (rate * rate * (goal - was.xyz) + push)) / (1.0 + 1.5 * rate * dt + rate * rate * dt * dt);
    colour = was == vec4(0.0) ? vec4(goal, 1.0) : vec4(was.xyz + speed * dt, 0.5 + 0.5 * held);
}
