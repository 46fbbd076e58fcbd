// A quad over the rows of one body's strands in the texture of points.
uniform int order[24], bands;
flat out int row;

void main() {
    row = order[gl_InstanceID];
    float low = float(row < 0 ? bands - 1 : row) / float(bands), up = float(gl_VertexID >> 1) / float(bands);
    gl_Position = vec4(float(gl_VertexID & 1) * 2.0 - 1.0, (low + up) * 2.0 - 1.0, 0.0, 1.0);
}
