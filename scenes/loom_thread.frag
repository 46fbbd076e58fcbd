// One point of one thread, a column along it and a row each: place and velocity in heights of the canvas.
#include "noise.glsl"
#include "body.glsl"
uniform sampler2D threads;
uniform sampler2D hold;
uniform sampler2D joints;
uniform sampler2D mask;
uniform sampler2D flow;
uniform vec2 shape;
uniform int people;
uniform float time;
uniform float dt;
uniform float breath;
uniform float tension;
uniform float fray;
const float TURN = 6.28318530718;
// Webs: two chains, and on each where the web begins and how far it reaches.
const vec2 WEB[5] = vec2[](vec2(1, 1), vec2(2, 2), vec2(0, 0), vec2(1, 2), vec2(7, 0));
const vec4 REACH[5] = vec4[](vec4(0.12, 0.3, 0.85, -0.28), vec4(0.12, 0.3, 0.85, -0.28), vec4(0.1, 0.3, 0.9, -0.3),
    vec4(0.6, 0.35, 0.6, 0.35), vec4(0.2, 0.6, 0.1, 0.8));

// A straight thread between two beams, each of which draws it aside; every second one the other way.
vec2 warp(int thread, float s, float v) {
    float way = thread % 2 == 0 ? 1.0 : -1.0;
    float top = 0.05 * sin(TURN * 1.7 * s + way * 0.19 * time) + 0.02 * sin(TURN * 4.3 * s - 0.13 * time);
    float low = 0.05 * sin(TURN * 2.1 * s - way * 0.16 * time + 2.0) + 0.02 * sin(TURN * 3.7 * s + 0.11 * time);
    float air = 0.03 * sin(v * 3.14159) * gradient_noise(vec3(s * 4.0, v, time * 0.21));
    return shape * vec2(mix(-0.08, 1.08, s) + breath * (mix(low, top, v) + air), mix(-0.05, 1.05, v));
}

vec2 silk(int thread, int person, int other, float v, out float loose) {
    vec2 luck = random2(thread, 4), more = random2(thread, 5);
    float kind = random(thread, 3), size = trunk(joints, person, shape);
    if (kind < 0.62) {
        int chain = int(luck.x * 8.0);
        vec2 tails = 0.02 + 0.3 * more * more;
        float along = (v - tails.x) / (1.0 - tails.x - tails.y), on = clamp(along, 0.0, 1.0), past = along - on;
        vec4 place = on_chain(joints, person, chain, on);
        vec2 way = normalize(shape * (on_chain(joints, person, chain, on + 0.02).xy
            - on_chain(joints, person, chain, on - 0.02).xy) + 1e-6);
        float wide = place.z * size * mix(0.7, 1.6, pow(random(thread, 7), 4.0)) + abs(past) * 0.8 * size;
        loose = 3.0 * abs(past);
        return shape * place.xy + way * past * 3.0 * size - vec2(0.0, past * past * 2.0 * size)
            + vec2(-way.y, way.x) * wide * cos(TURN * (luck.y + along * (more.x - 0.5)) + 0.3 * time);
    }
    float sag = 0.25 * more.y * sin(v * 3.14159);
    loose = 0.4 * sin(v * 3.14159);
    if (other >= 0 && kind > 0.86) {
        int side = luck.y < 0.5 ? 1 : 2;
        vec2 from = on_chain(joints, person, side, luck.x * 0.5).xy, to = on_chain(joints, other, 3 - side, more.x * 0.5).xy;
        return shape * mix(from, to, v) - vec2(0.0, sag * distance(from, to));
    }
    int web = int(more.x * 5.0);
    vec2 from = on_chain(joints, person, int(WEB[web].x), REACH[web].x + REACH[web].y * luck.x).xy;
    vec2 to = on_chain(joints, person, int(WEB[web].y), REACH[web].z + REACH[web].w * luck.x).xy;
    return shape * mix(from, to, v) - vec2(0.0, sag * distance(from, to));
}

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    int thread = at.y, last = textureSize(threads, 0).x - 1;
    float v = float(at.x) / float(last), s = fract(float(thread) * 0.61803398875 + 0.5), loose = 0.0;
    vec4 held = texelFetch(hold, ivec2(0, thread), 0), state = texelFetch(threads, at, 0);
    vec2 beside = 0.5 * (texelFetch(threads, ivec2(max(at.x - 1, 0), thread), 0).xy
        + texelFetch(threads, ivec2(min(at.x + 1, last), thread), 0).xy), goal = warp(thread, s, v);
    if (dt <= 0.0) {
        colour = state == vec4(0.0) ? vec4(goal, 0.0, 0.0) : state;
        return;
    }
    vec2 uv = state.xy / shape, wind = flow_at(flow, uv) * shape;
    float rate = 2.6, damping = 0.5;
    if (held.r > -0.5) {
        goal = silk(thread, int(round(held.r)), int(round(held.b)), v, loose);
        float speed = length(wind);
        vec2 wild = vec2(gradient_noise(vec3(state.xy * 9.0, time * 2.0 + s * 40.0)),
            gradient_noise(vec3(state.yx * 9.0, time * 2.0 - s * 40.0)));
        goal += wild * (0.012 * loose + fray * 0.03 * smoothstep(0.3, 2.0, speed));
        rate = mix(2.0, mix(9.0, 26.0, random(thread, 6)) * tension / (1.0 + 2.0 * loose), held.g * held.g);
        damping = mix(1.0, 0.6, held.g);
    } else {
        float side = 1e3;
        for (int person = 0; person < people; person++) {
            vec4 hips = 0.5 * (joint(joints, person, 23) + joint(joints, person, 24));
            if (hips.w > 0.0 && abs(mix(-0.08, 1.08, s) - hips.x) < abs(side)) side = mix(-0.08, 1.08, s) - hips.x;
        }
        goal.x += 0.22 * texture(mask, goal / shape).g * side / (abs(side) + 0.01);
        state.zw += wind * dt * 4.0;
    }
    if (at.x > 0 && at.x < last) goal = mix(goal, beside, held.r > -0.5 ? 0.3 : 0.6);
    colour = spring(state, goal, rate, damping, dt);
}
