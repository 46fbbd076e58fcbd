// Reads the visitors' textures (`Graphics.visitors`; installation/stage/bodies/visitor_textures.py).

const int JOINTS = 33;

// A joint's row entry: from `joints` x, y, visibility, presence; from `motions` velocity x, y, energy, slot / 16.
vec4 joint(sampler2D table, int person, int index) {
    return texelFetch(table, ivec2(index, person), 0);
}

// The visitors' velocity at a point of the canvas, in canvas coordinates a second.
vec2 flow_at(sampler2D flow, vec2 at) {
    vec3 found = texture(flow, at).xyz;
    return found.xy / max(found.z, 1.0);
}

// Coverage that is new (above 0) or gone (below 0) at a point of the mask.
float arriving(vec4 mask) {
    return mask.r - mask.a;
}

// Canvas coordinates to the camera picture's own.
vec2 picture_at(vec2 at, vec4 fit) {
    return at * fit.xy + fit.zw;
}

// 1 inside the camera picture, 0 outside.
float picture_inside(vec2 at, vec4 fit) {
    vec2 place = picture_at(at, fit);
    vec2 inside = step(vec2(0.0), place) * step(place, vec2(1.0));
    return inside.x * inside.y;
}
