// Crossfade: the light of the one goes as that of the other comes.
#include "transition.glsl"

void main() {
    show(mix(light_before(uv), light_after(uv), part));
}
