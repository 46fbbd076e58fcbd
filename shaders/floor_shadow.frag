// Shadow of a body on the floor: soft below the hips, dark and small where feet, knees and hands touch it.
uniform float ground;
in vec2 spot;
flat in float presence;
flat in vec4 parts[9];

void main() {
    float open = 1.0;
    for (int i = 0; i < 9; i++) {
        float high = max(parts[i].y, 0.0), size = parts[i].w, wide = size * 1.15 + 0.30 * high;
        vec2 away = (spot - parts[i].xz - vec2(0.22, 0.18) * high) / wide;
        open *= 1.0 - 0.85 * exp(-dot(away, away)) * min(2.0 * size * size / (wide * wide), 1.0);
    }
    colour = vec4(0.0, 0.0, 0.0, (1.0 - open) * ground * presence);
}
