// Velocity along the bone, falling off towards the capsule's edge.
#include "sdf.glsl"
in vec2 place;
flat in vec4 bone;
flat in vec4 drift;
flat in float strength;

const float RADIUS = 0.06;

void main() {
    vec2 near = segment(place, bone.xy, bone.zw);
    float weight = strength * smoothstep(RADIUS, 0.0, near.x);
    colour = vec4(mix(drift.xy, drift.zw, near.y) * weight, weight, 1.0);
}
