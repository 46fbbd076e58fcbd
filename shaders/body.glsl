// Paths through a visitor's body, for what runs, grows or is wound along it.
#include "people.glsl"
#include "curve.glsl"

const int CHAINS = 8, LINKS = 8;

// Joints in the order in which each chain passes them.
const int CHAIN[CHAINS * LINKS] = int[](
    19, 15, 13, 11, 12, 14, 16, 20, // from hand to hand
    19, 15, 13, 11, 23, 25, 27, 31, // the left side
    20, 16, 14, 12, 24, 26, 28, 32, // the right side
    19, 15, 13, 11, 24, 26, 28, 32, // the two that cross over the trunk
    20, 16, 14, 12, 23, 25, 27, 31,
    8, 0, 11, 23, 25, 27, 29, 31, // from the head to a foot
    7, 0, 12, 24, 26, 28, 30, 32,
    11, 9, 7, 2, 5, 8, 10, 12 // around the head
);

// Radius of the body at a joint, in lengths of the trunk.
float girth(int index) {
    return index < 11 ? 0.24 : index < 13 ? 0.17 : index < 15 ? 0.11 : index < 23 ? 0.07 : index < 25 ? 0.21
        : index < 27 ? 0.14 : 0.08;
}

// The middle of the shoulders to the middle of the hips, as long as `shape` (canvas coordinates to lengths) makes it.
float trunk(sampler2D joints, int person, vec2 shape) {
    return 0.5 * length(shape * (joint(joints, person, 11).xy + joint(joints, person, 12).xy
        - joint(joints, person, 23).xy - joint(joints, person, 24).xy));
}

// A point on a chain, `along` it from 0 to 1: xy in canvas coordinates, zw its direction there.
vec4 on_chain(sampler2D joints, int person, int chain, float along) {
    float at = clamp(along, 0.0, 1.0) * float(LINKS - 1);
    int link = min(int(at), LINKS - 2), first = chain * LINKS;
    return catmull_rom(joint(joints, person, CHAIN[first + max(link - 1, 0)]).xy,
        joint(joints, person, CHAIN[first + link]).xy, joint(joints, person, CHAIN[first + link + 1]).xy,
        joint(joints, person, CHAIN[first + min(link + 2, LINKS - 1)]).xy, at - float(link));
}

// Radius of the body there, in lengths of the trunk.
float girth_on_chain(int chain, float along) {
    float at = clamp(along, 0.0, 1.0) * float(LINKS - 1);
    int link = min(int(at), LINKS - 2);
    return mix(girth(CHAIN[chain * LINKS + link]), girth(CHAIN[chain * LINKS + link + 1]), at - float(link));
}

// A point on the surface around a chain, `turns` around the limb, in lengths of `shape`; beyond the chain's ends it
// continues straight, hangs down, and spreads. `swell` 1 is the surface itself.
vec2 on_skin(sampler2D joints, int person, int chain, float along, float turns, float swell, vec2 shape) {
    float past = along - clamp(along, 0.0, 1.0), wide = girth_on_chain(chain, along) * swell + abs(past) * 0.8;
    vec4 place = on_chain(joints, person, chain, along) * shape.xyxy;
    return place.xy + trunk(joints, person, shape) * (normalize(place.zw + vec2(1e-6, 0.0)) * past * 3.0
        + normal_of(place.zw) * wide * cos(6.28318530718 * turns) - vec2(0.0, past * past * 2.0));
}

const int CHORDS = 5;

// A string between two limbs, from xy to zw in canvas coordinates, `at` 0..1 along both: the limbs are each arm and its
// thigh, the arms, the legs, and the shoulders and the arms.
vec4 chord(sampler2D joints, int person, int index, float at) {
    const ivec2 LIMBS[CHORDS] = ivec2[](ivec2(1, 1), ivec2(2, 2), ivec2(0, 0), ivec2(1, 2), ivec2(7, 0));
    const vec4 REACH[CHORDS] = vec4[](vec4(0.12, 0.42, 0.85, 0.57), vec4(0.12, 0.42, 0.85, 0.57),
        vec4(0.1, 0.4, 0.9, 0.6), vec4(0.6, 0.95, 0.6, 0.95), vec4(0.2, 0.8, 0.1, 0.9));
    vec4 reach = REACH[index];
    return vec4(on_chain(joints, person, LIMBS[index].x, mix(reach.x, reach.y, at)).xy,
        on_chain(joints, person, LIMBS[index].y, mix(reach.z, reach.w, at)).xy);
}

// A string from one visitor (`whose.x`) to another, from xy to zw in canvas coordinates: between the left side of the
// one and the right of the other, or the other way round, so far along each.
vec4 reach_over(sampler2D joints, ivec2 whose, bool left, float from, float to) {
    return vec4(on_chain(joints, whose.x, left ? 1 : 2, from).xy, on_chain(joints, whose.y, left ? 2 : 1, to).xy);
}
