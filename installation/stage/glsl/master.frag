// The master: a frozen picture over the live one, and blackout.
#include "colour.glsl"
uniform sampler2D live, held;
uniform vec2 live_drawn, held_drawn;  // share of each texture that is drawn, 0..1
uniform float still, dark, frame;

void main() {
    vec3 shown = still < 1.0 ? texture(live, uv * live_drawn).rgb : texture(held, uv * held_drawn).rgb;
    if (still > 0.0 && still < 1.0) {
        shown = to_display(mix(to_linear(shown), to_linear(texture(held, uv * held_drawn).rgb), still));
    }
    if (dark >= 1.0) {
        shown = vec3(0.0);
    } else if (dark > 0.0) {
        // The square of the remaining share looks like an even fade.
        shown = dither(to_display(to_linear(shown) * (1.0 - dark) * (1.0 - dark)), gl_FragCoord.xy, frame);
    }
    colour = vec4(shown, 1.0);
}
