// Assignment of many things (such as threads) to the visitors.
#include "noise.glsl"
#include "people.glsl"

// The rows of the first and second visitor of the thing `index`, -1 where there is none, by highest random weight
// (rendezvous hashing, Thaler and Ravishankar 1998): a new visitor takes an equal share from each of the others, and
// the things of one who leaves go to all. Weights follow the visitors' presence, so that things move over gradually.
ivec2 drawn_to(sampler2D joints, int people, int index) {
    ivec2 rows = ivec2(-1);
    vec2 most = vec2(0.0);
    float patience = 0.1 + 0.8 * random(index, 101);
    for (int person = 0; person < people; person++) {
        float liking = joint(joints, person, 0).w > patience ? random(index, 102 + person) : 0.0;
        if (liking > most.x) rows = ivec2(person, rows.x), most = vec2(liking, most.x);
        else if (liking > most.y) rows.y = person, most.y = liking;
    }
    return rows;
}

// Distance to the right of the nearest visitor, in canvas widths; 1000 without visitors.
float beside_whom(sampler2D joints, int people, float x) {
    float side = 1e3;
    for (int person = 0; person < people; person++) {
        vec4 hip = joint(joints, person, 23);
        if (hip.w > 0.0 && abs(x - hip.x) < abs(side)) side = x - hip.x;
    }
    return side;
}
