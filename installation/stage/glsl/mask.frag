// Winding numbers become coverage, glow, hue and afterimage (see installation/stage/figures.py).
uniform sampler2D fill;
uniform sampler2D soft;
uniform sampler2D before;
uniform float keep;

void main() {
    vec2 winding = abs(texture(fill, uv).rg);
    vec2 glow = texture(soft, uv).rg;
    float cover = min(winding.r, 1.0);
    float hue = winding.r > 0.01 ? winding.g / winding.r : glow.g / max(glow.r, 1e-4);
    float trail = texture(before, uv).a;
    colour = vec4(cover, glow.r, hue, mix(cover, trail, keep));
}
