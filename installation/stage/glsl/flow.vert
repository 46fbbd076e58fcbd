// One soft capsule for each bone, as wide as a limb, carrying the joints' velocities.
#include "people.glsl"
uniform sampler2D joints;
uniform sampler2D motions;
uniform float aspect;
out vec2 place;
flat out vec4 bone;
flat out vec4 drift;
flat out float strength;

const float RADIUS = 0.06;
const ivec2 BONES[18] = ivec2[](
    ivec2(11, 12), ivec2(23, 24), ivec2(11, 23), ivec2(12, 24), ivec2(0, 11), ivec2(0, 12),
    ivec2(11, 13), ivec2(13, 15), ivec2(15, 19), ivec2(12, 14), ivec2(14, 16), ivec2(16, 20),
    ivec2(23, 25), ivec2(25, 27), ivec2(27, 31), ivec2(24, 26), ivec2(26, 28), ivec2(28, 32)
);

void main() {
    int person = gl_InstanceID / 18;
    ivec2 ends = BONES[gl_InstanceID % 18];
    vec4 from = joint(joints, person, ends.x), to = joint(joints, person, ends.y);
    vec2 shape = vec2(aspect, 1.0);
    bone = vec4(from.xy * shape, to.xy * shape);
    drift = vec4(joint(motions, person, ends.x).xy, joint(motions, person, ends.y).xy);
    strength = from.w * smoothstep(0.1, 0.5, min(from.z, to.z));
    vec2 way = bone.zw - bone.xy;
    float reach = length(way);
    way = reach > 1e-5 ? way / reach : vec2(1.0, 0.0);
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    place = mix(bone.xy - way * RADIUS, bone.zw + way * RADIUS, corner.x)
        + vec2(-way.y, way.x) * RADIUS * (corner.y * 2.0 - 1.0);
    gl_Position = vec4(place / shape * 2.0 - 1.0, 0.0, strength > 0.0 ? 1.0 : 0.0);
}
