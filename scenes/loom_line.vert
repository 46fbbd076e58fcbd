// A thread as a ribbon of fibres: two corners at each of its places.
#include "noise.glsl"
#include "curve.glsl"
uniform sampler2D threads;
uniform sampler2D hold;
uniform vec2 shape;
uniform vec2 resolution;
uniform float beat;
uniform float tremble;
uniform float fray;
uniform float time;
out float across;
out vec4 fibres;
out vec2 light;

vec2 point(int index) {
    return texelFetch(threads, ivec2(clamp(index, 0, textureSize(threads, 0).x - 1), gl_InstanceID), 0).xy;
}

void main() {
    int step2 = gl_VertexID >> 1, k = step2 >> 1, last = textureSize(threads, 0).x - 1;
    float t = 0.5 * float(step2 & 1), v = (float(k) + t) / float(last);
    vec2 a = point(k - 1), b = point(k), c = point(k + 1), d = point(k + 2);
    vec2 way = catmull_rom_slope(a, b, c, d, t), normal = normalize(vec2(-way.y, way.x) + 1e-7);
    vec4 held = texelFetch(hold, ivec2(0, gl_InstanceID), 0);
    vec4 speed = texelFetch(threads, ivec2(k, gl_InstanceID), 0);
    vec2 luck = random2(gl_InstanceID, 11);
    bool silk = held.r > -0.5, bridge = held.b > -0.5 && random(gl_InstanceID, 3) > 0.86;
    float ring = exp(-4.0 * fract(beat)) * sin(6.28318 * (fract(beat) * 4.0 + luck.x));
    vec2 place = catmull_rom(a, b, c, d, t)
        + normal * ring * tremble * sin(3.14159 * v * floor(2.0 + 4.0 * luck.y)) * (bridge ? 0.02 : silk ? 0.008 : 0.004);
    float loose = fray * smoothstep(0.15, 1.6, length(speed.zw)), pixel = 1.0 / resolution.y;
    float half_width = pixel + (0.0012 + 0.006 * loose + (silk ? 0.0012 : 0.0018) * sin(3.14159 * v));
    float side = float(gl_VertexID & 1) * 2.0 - 1.0;
    across = side * half_width * resolution.y;
    fibres = (half_width * resolution.y - 1.0) * sin(v * (3.0 + 5.0 * luck.y) + luck.x * 6.28 + vec4(0.0, 1.7, 3.4, 5.1));
    float depth = mix(0.06, 1.0, pow(luck.x, 4.0)), fade = silk ? 0.3 : 0.2;
    float ends = smoothstep(0.0, fade, v) * smoothstep(1.0, 1.0 - fade, v);
    float lit = silk ? 0.35 * mix(0.3, 1.0, held.g) : 0.4 * smoothstep(-0.5, 0.7, gradient_noise(vec3(place * 1.7, 0.13 * time)));
    float glint = luck.y > 0.8 ? exp(-pow((fract(beat * 0.125 + luck.x * 9.0) * 1.4 - 0.2 - v) * 14.0, 2.0)) : 0.0;
    light = ends * depth * lit / (1.0 + 1.2 * length(speed.zw)) * (bridge ? vec2(0.1, 0.8) : vec2(1.0, 0.0));
    light.y += 0.25 * ends * glint;
    gl_Position = vec4((place + normal * side * half_width) / shape * 2.0 - 1.0, 0.0, 1.0);
}
