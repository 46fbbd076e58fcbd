// A body of points on its surface or below it. The first points are dark and hide what lies behind, the others are
// light. Row -1 is dust on the floor.
#include "flesh.glsl"
#include "room.glsl"
in vec3 place, normal;
in vec4 luck;
in vec3 bones; // two bones, and the weight of the first
uniform sampler2D table;
uniform int order[24], dark;
uniform vec2 resolution;
uniform vec3 accent;
uniform float phase_600, weight, fray, alone, under; // under: 1 for the mirror image in the floor
out vec4 light;

const float TURN = 6.28318530718;
const vec3 KEY = vec3(-0.50, 0.62, -0.605); // towards the lamp, at the upper left of the viewer

// Points of the dust: rows over the floor like a calm sea, with a wandering swell.
vec3 lying(out float lit) {
    float row = floor(44.0 * luck.w) / 44.0, far = 0.2 + 9.0 * row * row + 0.02 * luck.z;
    vec2 at = vec2((luck.x - 0.5) * (far + 5.2) * 0.40 * shape.x, far);
    float turns = TURN * phase_600;
    vec2 away = at - vec2(0.8 * shape.x * sin(8.0 * turns + 2.2), 2.7 + sin(12.0 * turns + 1.0));
    float swell = sin(0.9 * at.x + 35.0 * turns + 0.8 * sin(0.5 * at.y - 19.0 * turns)) * sin(0.7 * at.y - 28.0 * turns);
    float ripple = 0.5 * sin(2.1 * at.x + 48.0 * turns + 1.3 * sin(0.9 * at.y - 19.0 * turns));
    ripple *= sin(2.3 * at.y - 30.0 * turns + sin(1.1 * at.x));
    float near = exp(-dot(away, away) * 2.6) * alone, breath = 1.0 + 0.05 * sin(86.0 * turns);
    float high = 0.075 * swell + 0.13 * ripple + 1.25 * near * breath;
    float slope = 0.5 + 0.45 * swell + 0.9 * ripple + 2.0 * near * (0.5 - away.x);
    lit = (0.05 + 0.85 * pow(clamp(slope, 0.0, 1.5), 2.0)) * (0.25 + luck.z);
    lit *= (1.0 - smoothstep(3.0, 9.5, far)) * smoothstep(0.0, 1.6, far);
    return vec3(at.x, max(0.0, 0.10 + high), at.y);
}

void main() {
    int row = order[gl_InstanceID];
    bool hides = gl_VertexID < dark && row >= 0;
    float bright, size = 0.0034 + 0.0065 * pow(luck.y, 12.0), alpha = 0.0;
    vec3 at, tint = mix(vec3(0.62, 0.72, 1.0), accent, 0.35);
    if (row < 0) {
        at = lying(bright);
        tint = mix(vec3(0.30, 0.46, 1.0), vec3(1.0, 0.88, 0.72), clamp(0.5 * bright, 0.0, 1.0));
        size = 0.0042;
    } else {
        vec4 who = person(table, row);
        int a = int(bones.x), b = int(bones.y);
        float turns = TURN * phase_600;
        mat3x4 pose = carrier(table, row, a, b, bones.z);
        vec3 skin = vec4(place, 1.0) * pose, out_ = normalize(vec4(normal, 0.0) * pose);
        vec3 hip = carried(table, row, 0, vec4(0.0, 0.94, 0.0, 1.0));
        vec3 speed = mix(velocity_of(table, row, b).xyz, velocity_of(table, row, a).xyz, bones.z);
        float pace = length(speed), loose = luck.z * luck.z * luck.z;
        float gathered = smoothstep(0.0, 1.0, clamp(who.x * 1.7 - 0.7 * luck.x, 0.0, 1.0));
        vec3 air = sin(vec3(7.0, 9.0, 8.0) * skin.yzx + vec3(105.0, 124.0, 86.0) * turns + 40.0 * luck.xwz);
        float high = 0.004 * sin(turns * floor(57.5 + 95.0 * luck.w) + 40.0 * luck.x) + fray * 0.09 * pow(loose, 3.0) * luck.w;
        at = skin + high * out_ + fray * loose * (air * (0.03 + 0.22 * min(pace, 3.0)) - speed * 0.16 * luck.y);
        vec2 disc = vec2(cos(6.2832 * luck.y), sin(6.2832 * luck.y)) * (0.2 + 2.2 * sqrt(luck.w));
        vec3 rest = vec3(hip.x + disc.x, 0.01 + 0.03 * luck.z, hip.z + disc.y);
        float whirl = 5.0 * luck.x + 4.0 * gathered;
        at = mix(rest, at, gathered);
        at.xz += 0.5 * sin(3.1416 * gathered) * vec2(cos(whirl), sin(whirl));
        vec3 ray = normalize(at - eye);
        float facing = -dot(out_, ray), key = max(dot(out_, KEY), 0.0), rim = pow(1.0 - abs(facing), 3.0);
        float edge = rim * smoothstep(-0.2, 0.9, out_.x), seen = smoothstep(-0.25, 0.15, facing);
        float spark = pow(luck.w, 24.0) * pow(0.5 + 0.5 * sin(turns * floor(67.5 + 191.0 * luck.x) + 50.0 * luck.y), 8.0);
        float hot = smoothstep(0.5, 3.2, pace) * (0.5 + 0.5 * luck.y);
        vec3 cool = mix(vec3(0.16, 0.34, 1.0), vec3(0.42, 0.30, 0.95), who.y);
        vec3 lamp = mix(vec3(1.0, 0.90, 0.76), accent, hot);
        tint = lamp * (1.5 * key * key + 2.2 * spark) + cool * (0.16 + 0.9 * edge) + accent * hot * 0.25;
        tint *= mix(0.10, 1.0, seen);
        bright = (0.35 + 1.3 * luck.y * luck.y) * mix(1.0, 0.4, loose) * mix(0.25, 1.0, gathered);
        bright *= smoothstep(0.0, 0.12, who.x);
        size *= 1.0 + spark;
        if (hides) {
            at = skin - out_ * 0.03;
            size = 0.075;
            alpha = 0.55 * smoothstep(0.45, 0.9, who.x);
            bright = 0.0;
        }
    }
    float mirror = under * exp(-2.6 * max(at.y, 0.0)) * 0.5;
    if (under > 0.0) {
        at.xz += (luck.xy - 0.5) * 0.16 * at.y;
        at.y = -at.y * 0.92;
        bright *= mirror;
        alpha = 0.0;
    }
    vec4 clip = through_wall(at);
    float pixels = size * weight * view[1][1] * 0.5 * resolution.y / max(clip.w, 0.3);
    float drawn = clamp(pixels, 1.35, 40.0);
    bright *= hides ? 1.0 : min(pixels * pixels / (drawn * drawn), 4.0) / weight;
    light = vec4(tint * bright * 2.2, alpha);
    gl_PointSize = hides ? pixels : drawn * 1.6;
    gl_Position = bright + alpha < 0.001 ? vec4(0.0, 0.0, 9.0, 1.0) : clip;
}
