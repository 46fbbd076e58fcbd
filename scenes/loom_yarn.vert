// A thread as a ribbon of fibres: two corners at each of its places, twice as many as it has points.
#include "noise.glsl"
#include "curve.glsl"
uniform sampler2D threads, hold;
uniform vec2 shape, resolution;
uniform float time, beat, tremble, fray, lit;
out float across;
out vec4 fibres;
out vec2 light;

void main() {
    int thread = gl_InstanceID, last = textureSize(threads, 0).x - 1;
    float v = 0.5 * float(gl_VertexID >> 1) / float(last), side = float(gl_VertexID & 1) * 2.0 - 1.0, belly = sin(3.14159 * v);
    vec4 place = along_row(threads, thread, v), held = texelFetch(hold, ivec2(0, thread), 0);
    float speed = length(texelFetch(threads, ivec2(v * float(last), thread), 0).zw);
    vec2 luck = random2(thread, 11), normal = normal_of(place.zw);
    bool silk = held.r > -0.5, bridge = held.b > -0.5 && random(thread, 3) > 0.86;
    float plucked = tremble * exp(-4.0 * fract(beat)) * sin(6.28318 * (fract(beat) * 4.0 + luck.x));
    place.xy += normal * plucked * sin(3.14159 * v * floor(2.0 + 4.0 * luck.y)) * (bridge ? 0.02 : silk ? 0.008 : 0.004);
    float half_width = 1.0 / resolution.y + 0.0012 + 0.0015 * belly + 0.006 * fray * smoothstep(0.15, 1.6, speed);
    across = side * half_width * resolution.y;
    fibres = (abs(across) - 1.0) * sin(v * (3.0 + 5.0 * luck.y) + luck.x * 6.28 + vec4(0.0, 1.7, 3.4, 5.1));
    float wander = 0.12 + smoothstep(-0.35, 0.6, gradient_noise(vec3(place.xy * 1.3, 0.11 * time)));
    float glint = luck.y > 0.8 ? exp(-pow((fract(beat * 0.125 + luck.x * 9.0) * 1.4 - 0.2 - v) * 14.0, 2.0)) : 0.0;
    float strong = mix(0.07, 1.0, pow(luck.x, 4.0)) * (silk ? lit * mix(0.3, 1.0, held.g) : 0.6 * wander) / (1.0 + 1.2 * speed);
    float warm = silk ? bridge ? 0.05 : held.g : luck.y < 0.3 ? 0.5 : 0.1;
    light = smoothstep(0.0, silk ? 0.7 : 0.3, belly) * (strong * vec2(warm, 0.8 - 0.8 * warm) + 0.25 * glint * vec2(0.7, 0.3));
    gl_Position = vec4((place.xy + normal * side * half_width) / shape * 2.0 - 1.0, 0.0, 1.0);
}
