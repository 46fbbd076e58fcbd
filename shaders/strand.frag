// Twisted silk: a round cross-section, with plies as fine shadows where it is thick enough.
in vec3 side;
in vec4 dye;

void main() {
    float px = abs(side.x) * (side.z + 0.7), cover = clamp(side.z + 0.5 - px, 0.0, 1.0);
    float round_ = sqrt(max(1.0 - side.x * side.x * 0.8, 0.0));
    float ply = 0.75 + 0.25 * cos(6.2832 * (side.y + 0.6 * side.x));
    float alpha = dye.a * cover;
    colour = vec4(dye.rgb * mix(1.0, 1.35 * round_ * ply, clamp(side.z - 0.6, 0.0, 1.0)) * alpha, alpha);
}
