// The master's hand on the picture: one that is held may lie over it, and it may be dark.
#include "colour.glsl"
uniform sampler2D live, held;
uniform vec2 live_drawn, held_drawn;  // how much of each texture holds the picture, 0..1
uniform float still, dark, frame;

void main() {
    vec3 shown = still < 1.0 ? texture(live, uv * live_drawn).rgb : texture(held, uv * held_drawn).rgb;
    if (still > 0.0 && still < 1.0) {
        shown = to_display(mix(to_linear(shown), to_linear(texture(held, uv * held_drawn).rgb), still));
    }
    if (dark >= 1.0) {
        shown = vec3(0.0);
    } else if (dark > 0.0) {
        // The square of what is left looks even to the eye.
        shown = dither(to_display(to_linear(shown) * (1.0 - dark) * (1.0 - dark)), gl_FragCoord.xy, frame);
    }
    colour = vec4(shown, 1.0);
}
