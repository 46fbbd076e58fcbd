// A rectangle for each mark of a 2-D canvas (installation/stage/gl/canvas_2d.py), rotated along its line.
uniform sampler2D marks;
uniform vec2 size;
out vec2 place;
flat out vec4 ends;
flat out vec4 what;
flat out vec4 ink;

void main() {
    ends = texelFetch(marks, ivec2(0, gl_InstanceID), 0);
    what = texelFetch(marks, ivec2(1, gl_InstanceID), 0);
    ink = texelFetch(marks, ivec2(2, gl_InstanceID), 0);
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    if (what.x < 0.5) {
        place = mix(ends.xy, ends.zw, corner);
    } else if (what.x < 1.5) {
        // Segments of a line touch without overlap, so that transparent ink is even; one without length is a dot.
        vec2 way = ends.zw - ends.xy, out_by = (corner * 2.0 - 1.0) * (0.5 * what.y + 1.0);
        bool dot = length(way) < 1e-4;
        vec2 along = dot ? vec2(1.0, 0.0) : normalize(way);
        place = mix(ends.xy, ends.zw, corner.x) + (dot ? out_by.x : 0.0) * along + out_by.y * vec2(-along.y, along.x);
    } else {
        place = mix(ends.xy, ends.zw, corner) + corner * 2.0 - 1.0;
    }
    gl_Position = vec4(place / size * 2.0 - 1.0, 0.0, 1.0);
}
