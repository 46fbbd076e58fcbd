// A wash in three tones that pool where the form turns away: R how much ink, G how wet, B how near, A covered.
uniform sampler2D noise;
in vec3 rest, across, about;

void main() {
    vec3 n = normalize(across);
    vec2 limb = abs(rest.x) > 0.19 ? rest.xy : rest.yx;
    vec4 grain = 0.33 * texture(noise, rest.xy * 0.9 + rest.z * 0.4);
    float fibre = 0.33 * texture(noise, vec2(limb.x * 0.22, 2.4 * limb.y + 1.7 * rest.z)).r;
    float gone = about.x * 1.5 - 0.25 + 0.35 * grain.g;
    if (gone < 0.25) discard;
    float facing = clamp(-n.z, 0.0, 1.0), shade = dot(n, vec3(0.52, -0.60, -0.30)) + 0.18 * grain.r;
    shade += 0.5 * fibre;
    float tone = 0.06 + 0.16 * smoothstep(0.0, 0.10, shade + 0.16) + 0.34 * smoothstep(0.0, 0.14, shade - 0.12);
    tone += 0.75 * smoothstep(0.0, 0.22, shade - 0.36) + 0.20 * smoothstep(0.5, 0.05, facing + 0.3 * grain.b);
    tone += 0.9 * smoothstep(0.0, 0.03, rest.y - 1.585 - 0.55 * clamp(rest.z + 0.02, -0.14, 0.06) + 0.05 * grain.r); // hair
    float dry = smoothstep(1.0, 4.0, about.y), bare = smoothstep(-0.25, 0.15, fibre + 0.9 - 1.5 * dry);
    tone *= (1.0 + 0.7 * grain.a) * bare * smoothstep(0.25, 0.7, gone);
    float near = clamp((11.0 - about.z) / 5.0, 0.25, 1.0);
    colour = vec4(tone * mix(0.45, 1.0, near), 1.0 - dry, near, 1.0);
}
