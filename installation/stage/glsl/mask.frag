// Winding numbers become coverage, glow, hue and afterimage (installation/stage/bodies/silhouette_mask.py).
uniform sampler2D fill;
uniform sampler2D soft;
uniform sampler2D before;
uniform vec2 texel;
uniform float keep;

void main() {
    // Four taps at the pixel's corners are a tent filter of three by three texels, which smooths the edge.
    vec2 e = 0.5 * texel;
    vec2 winding = 0.25 * abs(texture(fill, uv - e).rg + texture(fill, uv + e).rg
        + texture(fill, uv + vec2(e.x, -e.y)).rg + texture(fill, uv + vec2(-e.x, e.y)).rg);
    vec2 glow = texture(soft, uv).rg;
    float cover = min(winding.r, 1.0);
    float hue = winding.r > 0.01 ? winding.g / winding.r : glow.g / max(glow.r, 1e-4);
    float trail = texture(before, uv).a;
    colour = vec4(cover, glow.r, hue, mix(cover, trail, keep));
}
