// Whose thread this is, one texel each: r the visitor's row or -1, g how firmly it is held, b whose body it crosses to.
#include "crowd.glsl"
uniform sampler2D hold, joints;
uniform int people;
uniform float share, dt;

void main() {
    int thread = int(gl_FragCoord.y);
    ivec2 whose = random(thread, 8) < share ? drawn_to(joints, people, thread) : ivec2(-1);
    vec4 was = texelFetch(hold, ivec2(0, thread), 0);
    colour = vec4(whose.x, whose == ivec2(round(was.rb)) ? min(was.g + dt / 0.7, 1.0) : 0.0, whose.y, 1.0);
}
