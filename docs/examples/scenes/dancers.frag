#include "bodies.glsl"
uniform vec3 ink;
void main() { // how much light the ink swallows: more on the side that the lamp does not reach
    float shade = 0.9 - 0.6 * dot(normalize(across), normalize(vec3(-0.5, 0.7, -0.5)));
    colour = vec4(-log(ink) * who.x * shade, 1.0);
}
