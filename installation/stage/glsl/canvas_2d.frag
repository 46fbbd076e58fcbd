// A letter, a segment of a line, a dot or a box.
#include "sdf.glsl"
uniform sampler2D type;
in vec2 place;
flat in vec4 ends;
flat in vec4 what;
flat in vec4 ink;

void main() {
    float seen;
    if (what.x < 0.5) {
        seen = texelFetch(type, ivec2(what.yz) + ivec2(place.x - ends.x, ends.w - place.y), 0).r;
    } else if (what.x < 1.5) {
        seen = cover(segment(place, ends.xy, ends.zw).x - 0.5 * what.y);
    } else {
        seen = cover(box(place - 0.5 * (ends.xy + ends.zw), 0.5 * (ends.zw - ends.xy), what.z));
    }
    colour = vec4(ink.rgb, ink.a * seen);
}
