// A rectangle for each mark of a sheet (see installation/stage/sheet.py).
uniform sampler2D marks;
uniform vec2 size;
uniform float margin;
out vec2 place;
flat out vec4 ends;
flat out vec4 what;
flat out vec4 ink;

void main() {
    ends = texelFetch(marks, ivec2(0, gl_InstanceID), 0);
    what = texelFetch(marks, ivec2(1, gl_InstanceID), 0);
    ink = texelFetch(marks, ivec2(2, gl_InstanceID), 0);
    float around = what.x < 0.5 ? 0.0 : margin + (what.x < 2.5 ? 0.5 * what.y : 0.0) + (what.x > 1.5 && what.x < 2.5 ? what.z : 0.0);
    vec2 low = min(ends.xy, ends.zw) - around, high = max(ends.xy, ends.zw) + around;
    place = mix(low, high, vec2(gl_VertexID & 1, gl_VertexID >> 1));
    gl_Position = vec4(place / size * 2.0 - 1.0, 0.0, 1.0);
}
