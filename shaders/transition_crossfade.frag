// Crossfade in linear light.
#include "transition.glsl"

void main() {
    show(mix(light_before(uv), light_after(uv), part));
}
