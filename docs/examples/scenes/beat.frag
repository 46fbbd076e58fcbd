// The beat: on every beat a ring leaves each body, and on the downbeat a broad one.
/*{
    "DESCRIPTION": "Beat: rings in the measure of the music.",
    "INPUTS": [
        {"NAME": "reach", "TYPE": "float", "DEFAULT": 0.13, "MIN": 0.04, "MAX": 0.4,
         "LABEL": "How far a ring runs in a beat, in heights of the wall"},
        {"NAME": "ground", "TYPE": "color", "DEFAULT": [0.05, 0.16, 0.20, 1.0], "LABEL": "The colour of the wall"}
    ],
    "PASSES": [{"TARGET": "near", "FLOAT": true, "WIDTH": "$WIDTH / 4", "HEIGHT": "$HEIGHT / 4"}, {}]
}*/
#include "given.glsl"
#include "joints.glsl"

void main() {
    if (PASSINDEX == 0) {  // how far the nearest body is, on few pixels: it is smooth and takes long
        float away = length((uv - 0.5) * vec2(aspect, 1.0)) + 0.6 * presence;
        for (int person = 0; person < people; person++)
            away = min(away, max(body_distance(uv, person) - 0.4 * size_of(person), 0.0));
        colour = vec4(away);
        return;
    }
    // Which ring is due here: that of the last beat that is further away than this place, or of one before.
    float ago = texture(near, uv).r / reach, due = ago - beat;
    int sent = beat_number - int(ceil(due));
    bool downbeat = (sent % beats_a_bar + beats_a_bar) % beats_a_bar == 0;
    float since = fract(-due), edge = fwidth(ago);
    float line = smoothstep(edge, 0.0, since - (downbeat ? 0.6 : 0.16)) * smoothstep(0.0, edge, since);

    vec3 cream = vec3(0.95, 0.88, 0.74), seen = mix(ground.rgb, ground.rgb * 0.6, smoothstep(0.0, 8.0, ago));
    seen = mix(seen, downbeat ? vec3(0.93, 0.33, 0.19) : cream, line * smoothstep(7.0, 0.5, ago));
    colour = vec4(mix(seen, cream, smoothstep(0.35, 0.65, texture(mask, uv).r)), 1.0);
}
