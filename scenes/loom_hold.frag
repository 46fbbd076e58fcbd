// Assignment of threads, one texel each: r the visitor's row or -1, g how firmly it is held, b the row of the body that
// it crosses over to or -1, a how far it is torn.
#include "crowd.glsl"
uniform sampler2D hold, joints;
uniform int people, beats;
uniform float share, dt, snap;

void main() {
    int thread = int(gl_FragCoord.y);
    ivec2 whose = random(thread, 8) < share ? drawn_to(joints, people, thread) : ivec2(-1);
    if (random(thread, 3) < 0.86) whose.y = -1;
    vec4 was = texelFetch(hold, ivec2(0, thread), 0);
    bool torn = whose.y >= 0 && random(thread, 200 + beats) < snap;
    float firm = whose == ivec2(round(was.rb)) && !torn ? min(was.g + dt / 0.7, 1.0) : 0.0;
    colour = vec4(whose.x, firm, whose.y, whose.y >= 0 ? 1.0 - smoothstep(0.2, 1.0, firm) : 0.0);
}
