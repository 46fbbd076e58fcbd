// A wash in three tones that pool where the surface turns away: R half of the ink, G wetness, B nearness, A coverage.
uniform sampler2D noise;
in vec3 rest, across, about;

void main() {
    vec3 n = normalize(across);
    vec2 limb = abs(rest.x) > 0.19 ? rest.xy : rest.yx;
    vec4 grain = 0.33 * texture(noise, rest.xy * 0.9 + rest.z * 0.4);
    float fibre = 0.33 * texture(noise, vec2(limb.x * 0.22, 2.4 * limb.y + 1.7 * rest.z)).r;
    float gone = about.x * 1.5 - 0.25 + 0.35 * grain.g;
    if (gone < 0.25) discard;
    float facing = clamp(-n.z, 0.0, 1.0), shade = dot(n, vec3(0.62, -0.48, 0.10)) + 0.18 * grain.r + 0.16;
    shade += 0.5 * fibre;
    float tone = 0.06 + 0.15 * smoothstep(0.0, 0.12, shade + 0.05) + 0.32 * smoothstep(0.0, 0.20, shade - 0.18);
    tone += 0.75 * smoothstep(0.0, 0.30, shade - 0.42) + 0.22 * (1.0 - smoothstep(0.05, 0.5, facing + 0.3 * grain.b));
    tone += 0.35 * (1.0 - smoothstep(0.02, 0.16, rest.y + 0.1 * grain.g)); // more ink at the feet
    float hair = rest.y - 1.585 - 0.55 * clamp(rest.z + 0.02, -0.14, 0.06) + 0.05 * grain.r;
    tone += 0.9 * smoothstep(0.0, 0.03, hair);
    float dry = smoothstep(1.0, 4.0, about.y), bare = smoothstep(-0.25, 0.15, fibre + 0.9 - 1.5 * dry);
    tone *= (1.0 + 0.7 * grain.a) * bare * smoothstep(0.25, 0.7, gone);
    float near = clamp((11.0 - about.z) / 5.0, 0.25, 1.0);
    colour = vec4(0.5 * tone * mix(0.45, 1.0, near), 1.0 - dry, near, 1.0);
}
