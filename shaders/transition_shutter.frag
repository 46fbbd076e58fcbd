// Shutter: slats of the outgoing scene turn away one after the other, pushed by each beat.
#include "transition.glsl"

void main() {
    float count = max(3.0, floor(7.0 * aspect + 0.5)), along = uv.x * count;
    float slat = floor(along), u = along - slat, from = abs(2.0 * (slat + 0.5) / count - 1.0);
    float order = chance(1) < 0.5 ? from : chance(2) < 0.5 ? (slat + 0.5) / count : random(int(slat), seed);
    float push = 0.16 * exp(-5.0 * beat) * between();
    float time = clamp(part * 1.75 - 0.75 * order + push * step(0.001, part * 1.75 - 0.75 * order), 0.0, 1.0);
    time = time * time * (3.0 - 2.0 * time);
    if (time <= 0.0) { show_before(); return; }
    if (time >= 1.0) { show_after(); return; }
    // A slat rotates about its middle: its visible width is the cosine of the angle.
    float face = cos(1.5707963 * time), edge = 0.5 * count * pixel / aspect * 2.0;
    float v = (u - 0.5) / max(face, 1e-3), k = smoothstep(0.5 * face + edge, 0.5 * face - edge, abs(u - 0.5));
    float gap = max(abs(u - 0.5) - 0.5 * face, 0.0);
    vec3 behind = light_after(uv) * mix(1.0, 0.35 + 0.65 * smoothstep(0.0, 0.16, gap), between() * face);
    vec2 look = vec2((slat + 0.5 + clamp(v, -0.5, 0.5)) / count, mix(uv.y, 0.5 + (uv.y - 0.5) * (1.0 - 0.10 * v * time), 1.0));
    float shade = mix(1.0, face * (0.8 - 0.5 * v), smoothstep(0.0, 0.35, time));
    vec3 front = light_before(look) * shade + 0.05 * sin(3.14159265 * time) * smoothstep(0.2, -0.5, v) * vec3(1.0, 0.9, 0.8);
    show(mix(behind, front, k));
}
