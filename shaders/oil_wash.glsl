// The underpainting: a landscape washed in with umber, 0 bare canvas .. 1 dark. Include it after oil.glsl.
uniform vec2 sun;
uniform float horizon, light, storm, calm, phase_50, phase_100, phase_1800;

// How much umber lies at a point: 0 bare canvas .. 1 dark.
float wash(vec2 at) {
    float cloud = 0.5 + 0.25 * fleck(0.5 * at - vec2(phase_50, 0.0)).r, far = length(at - sun * sheet);
    float ink = (0.25 + 0.5 * (1.0 - light) + 0.9 * storm * cloud) * mix(0.4, 1.0, at.y);
    ink += 0.03 * fleck(at * 0.8 + vec2(phase_100, 0.0)).g;
    ink *= smoothstep(0.075, 0.085, far + 0.002 * fleck(at).g) * (1.0 - 0.5 * exp(-6.0 * far));
    for (int i = 0; i < 3; i++) {
        float layer = float(i), x = at.x * (0.7 + 0.4 * layer) + 4.0 * layer, turns = 6.28318530718 * phase_1800;
        float wave = sin(2.0 * x + turns) + 0.4 * sin(4.7 * x + layer + 3.0 * turns);
        float ridge = horizon + 0.14 - 0.11 * layer + (0.09 - 0.02 * layer) * wave;
        float below = ridge - at.y + 0.004 * fleck(at * 1.3).r, veil = calm * smoothstep(0.0, 0.2, below);
        float hill = 0.85 + 0.45 * layer - 1.2 * min(max(below, 0.0), 0.25) - 0.4 * veil;
        ink = mix(ink, hill, smoothstep(0.0, 0.01, below));
    }
    return ink;
}

// A primed canvas under this much umber, as stored light.
vec3 washed(vec3 primed, float ink) {
    return 0.92 * kept(primed) * exp(-ink * vec3(0.62, 0.81, 1.0));
}
