// A thread as a ribbon of fibres: two vertices at each of its sections, twice as many as it has points.
#include "loop.glsl"
#include "curve.glsl"
uniform sampler2D threads, hold;
uniform vec2 shape, resolution;
uniform float phase_600, beat, tremble, fray, lit, listen, sparks, bands[4], turns[4];
out float across;
out vec4 fibres;
out vec2 light;

void main() {
    int thread = gl_InstanceID, last = textureSize(threads, 0).x - 1;
    float v = 0.5 * float(gl_VertexID >> 1) / float(last), belly = sin(3.14159 * v);
    vec4 place = along_row(threads, thread, v), held = texelFetch(hold, ivec2(0, thread), 0);
    float speed = length(texelFetch(threads, ivec2(v * float(last), thread), 0).zw);
    vec2 luck = random2(thread, 11);
    bool silk = held.r > -0.5, bridge = held.b > -0.5;
    float reach = bridge ? 0.02 : silk ? 0.008 : 0.004, swing = plucked(v, 2.0 + floor(4.0 * luck.y), beat, luck.x);
    int band = int(4.0 * luck.x);
    float loud = bands[band] * bands[band], rung = v * (1.0 + float(band) + floor(2.0 * luck.y)) * 3.14159;
    float sung = loud * sin(rung) * sin(TURN * (turns[band] + luck.y)) / (1.0 + float(band)) * (silk ? 0.6 : 1.7);
    float fine = max(1.0 / resolution.y, 0.0014), burst = fray * smoothstep(0.15, 1.6, speed);
    float wide = fine + 0.0012 + 0.0015 * belly + 0.006 * burst;
    across = (float(gl_VertexID & 1) * 2.0 - 1.0) * wide * resolution.y;
    fibres = (wide - fine) * resolution.y * sin(v * (3.0 + 5.0 * luck.y) + luck.x * 6.28 + vec4(0.0, 1.7, 3.4, 5.1));
    float wander = 0.07 + 0.6 * smoothstep(-0.35, 0.6, boiling_noise(place.xy * 1.3, phase_600, 66));
    float strong = mix(0.07, 1.0, pow(luck.x, 4.0)) / (1.0 + 1.2 * speed) * (silk ? lit * mix(0.3, 1.0, held.g) : wander);
    float warm = silk ? bridge ? 0.05 : held.g : luck.y < 0.3 ? 0.5 : 0.1, ends = smoothstep(0.0, silk ? 0.7 : 0.3, belly);
    float glint = luck.y > 0.8 ? exp(-pow((fract(beat * 0.125 + luck.x * 9.0) * 1.4 - 0.2 - v) * 14.0, 2.0)) : 0.0;
    glint += luck.y > 0.55 ? 2.0 * sparks * exp(-pow((fract(luck.x * 31.0 + turns[3]) - v) * 18.0, 2.0)) : 0.0;
    ends *= mix(1.0, smoothstep(0.03, 0.3, abs(v - 0.5)), held.a);
    light = ends * (strong * vec2(warm, 0.8 - 0.8 * warm) + glint * vec2(0.18, 0.08));
    place.xy += normal_of(place.zw) * (tremble * reach * swing + 0.045 * listen * sung + across / resolution.y);
    gl_Position = vec4(place.xy / shape * 2.0 - 1.0, 0.0, 1.0);
}
