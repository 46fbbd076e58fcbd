// Whose thread this is, one texel each: r the visitor's row or -1, g how firmly it is held, b whose body it crosses to.
#include "noise.glsl"
#include "people.glsl"
uniform sampler2D hold, joints;
uniform int people;
uniform float gather, dt;

void main() {
    int thread = int(gl_FragCoord.y), first = -1, second = -1;
    float best = 0.0, next = 0.0, here = 0.0, patience = 0.1 + 0.8 * random(thread, 9);
    for (int person = 0; person < people; person++) {
        float presence = joint(joints, person, 0).w, luck = presence > patience ? random(thread, 20 + person) : 0.0;
        here += presence;
        if (luck > best) next = best, second = first, best = luck, first = person;
        else if (luck > next) next = luck, second = person;
    }
    if (random(thread, 8) > gather * (1.0 - exp2(-1.4 * here))) first = second = -1;
    vec4 was = texelFetch(hold, ivec2(0, thread), 0);
    bool same = first == int(round(was.r)) && second == int(round(was.b));
    colour = vec4(first, same ? min(was.g + dt / 1.6, 1.0) : 0.0, second, 1.0);
}
