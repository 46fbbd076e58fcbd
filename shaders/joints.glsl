// Joints by name; reads the host's `joints` and `motions`. Every visitor has a row of them:
//
//     for (int person = 0; person < people; person++) { vec3 hand = left_hand(person); ... }
//
// Left is a person's own left. The canvas is a mirror: the left hand of a person who faces it is on its left side.
// Positions are canvas coordinates, 0..1 from the lower left corner. An empty row has presence 0.
#include "people.glsl"
#include "sdf.glsl"
uniform sampler2D joints, motions;
uniform int people;
uniform float aspect;

// The landmarks of motion/landmarks.py in their order.
const int NOSE = 0, LEFT_EYE_INNER = 1, LEFT_EYE = 2, LEFT_EYE_OUTER = 3, RIGHT_EYE_INNER = 4, RIGHT_EYE = 5,
    RIGHT_EYE_OUTER = 6, LEFT_EAR = 7, RIGHT_EAR = 8, MOUTH_LEFT = 9, MOUTH_RIGHT = 10, LEFT_SHOULDER = 11,
    RIGHT_SHOULDER = 12, LEFT_ELBOW = 13, RIGHT_ELBOW = 14, LEFT_WRIST = 15, RIGHT_WRIST = 16, LEFT_PINKY = 17,
    RIGHT_PINKY = 18, LEFT_INDEX = 19, RIGHT_INDEX = 20, LEFT_THUMB = 21, RIGHT_THUMB = 22, LEFT_HIP = 23,
    RIGHT_HIP = 24, LEFT_KNEE = 25, RIGHT_KNEE = 26, LEFT_ANKLE = 27, RIGHT_ANKLE = 28, LEFT_HEEL = 29,
    RIGHT_HEEL = 30, LEFT_FOOT_INDEX = 31, RIGHT_FOOT_INDEX = 32;

// Position (xy), visibility (z, 0 hidden .. 1 seen) and presence (w, it fades in and out) of one joint.
vec4 joint_of(int person, int name) {
    return joint(joints, person, name);
}

// Velocity of one joint in canvas coordinates a second.
vec2 motion_of(int person, int name) {
    return joint(motions, person, name).xy;
}

// Whether this row is in use, 0..1; it fades in and out.
float presence_of(int person) {
    return joint(joints, person, NOSE).w;
}

// How much this person moves, 0 still .. 1 dancing wildly.
float energy_of(int person) {
    return joint(motions, person, NOSE).z;
}

// Middle of two joints (xy), and in z how much of them is there and seen, 0..1.
vec3 between_joints(int person, int one, int other) {
    vec4 a = joint_of(person, one), b = joint_of(person, other);
    return vec3(0.5 * (a.xy + b.xy), min(a.z, b.z) * a.w);
}

// Middle of the left hand (xy), and in z how much its wrist and index finger are there and seen, 0..1.
vec3 left_hand(int person) { return between_joints(person, LEFT_WRIST, LEFT_INDEX); }

// Middle of the right hand (xy), and in z how much its wrist and index finger are there and seen, 0..1.
vec3 right_hand(int person) { return between_joints(person, RIGHT_WRIST, RIGHT_INDEX); }

// Middle of the head (xy), and in z how much both ears are there and seen, 0..1.
vec3 head_of(int person) { return between_joints(person, LEFT_EAR, RIGHT_EAR); }

// Upper middle of the trunk (xy), and in z how much shoulders and hips are there and seen, 0..1; shoulders count more.
vec3 heart_of(int person) {
    vec3 shoulders = between_joints(person, LEFT_SHOULDER, RIGHT_SHOULDER);
    return mix(shoulders, between_joints(person, LEFT_HIP, RIGHT_HIP), 0.3);
}

// From the middle of the shoulders to the middle of the hips, in heights of the canvas: how large the person appears.
float size_of(int person) {
    vec2 up = between_joints(person, LEFT_SHOULDER, RIGHT_SHOULDER).xy - between_joints(person, LEFT_HIP, RIGHT_HIP).xy;
    return length(up * vec2(aspect, 1.0));
}

// Distance from a point of the canvas to the line between two joints, in heights of the canvas.
float limb_distance(vec2 at, int person, int from, int to) {
    vec2 shape = vec2(aspect, 1.0);
    return segment(at * shape, joint_of(person, from).xy * shape, joint_of(person, to).xy * shape).x;
}

// A stick figure as two lines, from hand to hand and from foot to foot.
const int ARMS[8] = int[](LEFT_INDEX, LEFT_WRIST, LEFT_ELBOW, LEFT_SHOULDER, RIGHT_SHOULDER, RIGHT_ELBOW, RIGHT_WRIST,
    RIGHT_INDEX);
const int LEGS[6] = int[](LEFT_ANKLE, LEFT_KNEE, LEFT_HIP, RIGHT_HIP, RIGHT_KNEE, RIGHT_ANKLE);

// Distance from a point of the canvas to a person's stick figure, in heights of the canvas; 1000 for an empty row.
float body_distance(vec2 at, int person) {
    if (presence_of(person) <= 0.0) return 1e3;
    vec2 shape = vec2(aspect, 1.0), p = at * shape, arms[8], legs[6];
    for (int i = 0; i < 8; i++) arms[i] = joint_of(person, ARMS[i]).xy * shape;
    for (int i = 0; i < 6; i++) legs[i] = joint_of(person, LEGS[i]).xy * shape;
    float near = length(p - head_of(person).xy * shape);
    for (int i = 1; i < 8; i++) near = min(near, segment(p, arms[i - 1], arms[i]).x);
    for (int i = 1; i < 6; i++) near = min(near, segment(p, legs[i - 1], legs[i]).x);
    return min(near, min(segment(p, arms[3], legs[2]).x, segment(p, arms[4], legs[3]).x));
}
