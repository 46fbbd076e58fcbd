// A part of the picture, as an output or a film shows it.
uniform sampler2D picture;
uniform vec4 region;  // left, bottom, width, height of the part, 0..1
uniform vec2 drawn;   // share of the texture that is drawn, 0..1
uniform vec2 texel;   // one texel of the texture
uniform float opaque; // 1 leaves the alpha of the picture out

void main() {
    vec2 at = (region.xy + uv * region.zw) * drawn;
    // The undrawn rest of the texture must not bleed in at the edge.
    vec4 seen = texture(picture, min(at, drawn - 0.5 * texel));
    colour = vec4(seen.rgb, max(seen.a, opaque));
}
