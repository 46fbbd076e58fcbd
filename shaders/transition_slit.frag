// Slit scan: a slit moves over the picture and stretches its column; ahead the outgoing scene, behind the incoming one.
#include "transition.glsl"

void main() {
    bool turned = chance(1) < 0.5;
    vec2 p = place();
    float row = uv.y * 70.0;
    float s = turned ? 1.0 - uv.x : uv.x;
    float streak = 0.6 * value_noise(vec2(0.25 * row, 50.0 * chance(2))) + 0.4 * value_noise(vec2(row, 50.0 * chance(3)));
    float open = between();
    float front = mix(-0.02, 1.02, part) + open * (0.07 * sin(2.4 * p.y + 6.0 * chance(4) + 3.0 * part) + 0.05 * (streak - 0.5));
    float from = s - front, band = max(open * (0.12 + 0.55 * streak * streak) / max(1.0, 0.6 * aspect), 1e-4);
    float u = min(abs(from) / band, 1.0);
    // The stretched coordinate has slope 0 at the slit, and slope 1 at the end of the band.
    float drawn_out = sign(from) * band * (2.0 * u * u - u * u * u);
    float at = abs(from) < band ? front + drawn_out : s;
    vec2 look = vec2(turned ? 1.0 - at : at, uv.y);
    float k = part >= 1.0 ? 1.0 : part <= 0.0 ? 0.0 : smoothstep(0.004, -0.004, from);
    if (k <= 0.0 && abs(from) >= band) { show_before(); return; }
    if (k >= 1.0 && abs(from) >= band) { show_after(); return; }
    vec3 light = mix(light_before(look), light_after(look), k);
    float shine = open * exp(-from * from / 0.00008) + 0.25 * open * (1.0 - u) * (1.0 - u);
    show(light * (1.0 + 0.9 * shine) + 0.10 * shine * vec3(0.8, 0.9, 1.0) * light_after(look));
}
