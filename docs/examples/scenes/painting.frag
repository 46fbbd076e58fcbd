// The painting: what the painter makes of the visitors, here on the gold of a folding screen, by candlelight.
/*{
    "DESCRIPTION": "Painting: you, on a folding screen.",
    "INPUTS": [
        {"NAME": "fold", "TYPE": "float", "DEFAULT": 0.7, "LABEL": "How far the screen is folded"},
        {"NAME": "panels", "TYPE": "long", "DEFAULT": 6, "MIN": 2, "MAX": 12, "LABEL": "How many panels it has"}
    ]
}*/
#include "given.glsl"
#include "painting.glsl"
#include "loop.glsl"
#include "colour.glsl"
uniform float phase_20;

void main() {
    // Panels lean to and from the room in turn; an edge that is further away is less high.
    float x = (uv.x - 0.05) / 0.9 * float(panels), along = fract(x), bend = fold * (0.9 + 0.1 * cos(TURN * phase_20));
    bool away = int(floor(x)) % 2 == 0;
    float far = bend * (away ? along : 1.0 - along), low = 0.13 + 0.08 * far, high = 0.95 - 0.06 * far;
    float y = (uv.y - low) / (high - low);
    vec2 at = vec2(x / float(panels), abs(y));  // below it, the floor mirrors it

    // Squares of gold leaf; around people the bright parts of the painting are gold, the dark ones ink.
    vec2 leaf = at * vec2(3.0 * float(panels), 9.0), rim = abs(fract(leaf) - 0.5);
    float beaten = 0.9 + 0.3 * random(int(leaf.x) * 31 + int(leaf.y), 5) - 0.3 * step(0.48, max(rim.x, rim.y));
    beaten += 0.25 * fbm(3.0 * leaf, 2);
    vec3 paint = mix(vec3(0.5), to_linear(painted(painting, at)), painting_presence);
    float gold = smoothstep(0.05, 0.4, luminance(paint)) * (1.0 - 0.9 * smoothstep(0.2, 0.8, texture(mask, at).r));
    vec3 gilded = mix(1.3 * paint, luminance(paint) * vec3(1.9, 1.05, 0.28), gold);

    // Panels that lean away from the lamp are darker; everybody carries a candle.
    float candle = 0.75 + 0.04 * sin(TURN * 7.0 * phase_20) + 0.9 * texture(mask, uv).g;
    float light = candle * mix(1.0, away ? 0.35 : 1.0, bend) * (1.0 - 0.5 * far) * step(abs(at.x - 0.5), 0.5);
    light *= smoothstep(0.0, 0.015, along) * smoothstep(1.0, 0.985, along) * smoothstep(0.98, 0.975, y);
    light *= y < 0.0 ? 0.3 * smoothstep(-0.25, 0.0, y) : 1.0;
    vec3 room = vec3(0.016, 0.010, 0.007) * smoothstep(1.0, 0.2, distance(uv, vec2(0.5, 0.3)));
    colour = vec4(dither(to_display(film(1.3 * gilded * beaten * light) + room), gl_FragCoord.xy, float(frame)), 1.0);
}
