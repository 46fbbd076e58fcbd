// A transition of the venue's own: drops of the next scene fall on the one before, and run together.
#include "transition.glsl"

void main() {
    vec2 p = place(), lens = vec2(0.0);
    float nearest = 1e3;
    // Every cell of a grid has a drop that falls at a time of its own and spreads.
    for (int i = 0; i < 25; i++) {
        ivec2 cell = ivec2(floor(5.0 * p)) + ivec2(i % 5, i / 5) - 2;
        vec2 luck = random2(cell.x * 97 + cell.y, seed), away = p - (vec2(cell) + luck) / 5.0;
        float age = max(part - 0.55 * random(cell.x * 131 + cell.y, seed + 1), 0.0) / 0.45;
        float inside = length(away) - 0.36 * age;
        if (age > 0.0 && inside < nearest) nearest = inside, lens = away;
    }
    if (nearest > 0.0 || part <= 0.0) { show_before(); return; }
    // At its rim a drop bends and brightens what it shows.
    float rim = exp(40.0 * nearest) * between();
    vec2 at = uv - rim * 0.5 * lens / vec2(aspect, 1.0);
    show(light_after(at) * (1.0 - 0.3 * rim) + 0.25 * pow(rim, 4.0) * smoothstep(-0.2, 0.3, lens.y - lens.x));
}
