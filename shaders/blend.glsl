// Blend modes; `a` is the lower colour, `b` the upper one.

// Screen: like two slide projectors on one wall, never above 1.
vec3 screen(vec3 a, vec3 b) {
    return 1.0 - (1.0 - a) * (1.0 - b);
}

// Overlay: darkens dark and lightens light parts of the lower colour.
vec3 overlay(vec3 a, vec3 b) {
    return mix(2.0 * a * b, 1.0 - 2.0 * (1.0 - a) * (1.0 - b), step(0.5, a));
}

// Soft light: an overlay without kinks (W3C Compositing's soft light, after Pegtop).
vec3 soft_light(vec3 a, vec3 b) {
    return (1.0 - 2.0 * b) * a * a + 2.0 * b * a;
}

// Colour with alpha over an opaque one.
vec3 over(vec3 below, vec4 above) {
    return mix(below, above.rgb, above.a);
}

// Premultiplied colour over premultiplied colour (Porter and Duff 1984).
vec4 over(vec4 below, vec4 above) {
    return above + below * (1.0 - above.a);
}
