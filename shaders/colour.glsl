// Colour: light is added and mixed in linear values, shown in display values (sRGB).

// Linear light of a display value (IEC 61966-2-1).
vec3 to_linear(vec3 c) {
    return mix(c / 12.92, pow((max(c, 0.0) + 0.055) / 1.055, vec3(2.4)), step(0.04045, c));
}

// Display value of linear light.
vec3 to_display(vec3 c) {
    c = max(c, 0.0);
    return mix(c * 12.92, 1.055 * pow(c, vec3(1.0 / 2.4)) - 0.055, step(0.0031308, c));
}

// The same without `pow`, for light of at least 0.004: within half a step of eight bits (least squares).
vec3 to_display_bright(vec3 c) {
    vec3 root = sqrt(max(c, 0.004));
    return 0.796557 * root + 0.330168 * sqrt(root) - 0.042861 * c - 0.084051;
}

// Rec. 709 luminance of linear light.
float luminance(vec3 c) {
    return dot(c, vec3(0.2126, 0.7152, 0.0722));
}

// Linear light as Oklab: lightness, green to red, blue to yellow (Ottosson 2020).
vec3 to_oklab(vec3 c) {
    const mat3 CONES = mat3(0.4122214708, 0.2119034982, 0.0883024619, 0.5363325363, 0.6806995451, 0.2817188376,
        0.0514459929, 0.1073969566, 0.6299787005);
    const mat3 LAB = mat3(0.2104542553, 1.9779984951, 0.0259040371, 0.7936177850, -2.4285922050, 0.7827717662,
        -0.0040720468, 0.4505937099, -0.8086757660);
    vec3 cones = CONES * c;
    return LAB * (sign(cones) * pow(abs(cones), vec3(1.0 / 3.0)));
}

// Linear light of an Oklab colour; may leave 0..1.
vec3 from_oklab(vec3 lab) {
    const mat3 CONES = mat3(1.0, 1.0, 1.0, 0.3963377774, -0.1055613458, -0.0894841775,
        0.2158037573, -0.0638541728, -1.2914855480);
    const mat3 LIGHT = mat3(4.0767416621, -1.2684380046, -0.0041960863, -3.3077115913, 2.6097574011, -0.7034186147,
        0.2309699292, -0.3413193965, 1.7076147010);
    vec3 cones = CONES * lab;
    return LIGHT * (cones * cones * cones);
}

// Two linear colours mixed perceptually (in Oklab), without grey between hues.
vec3 mix_oklab(vec3 a, vec3 b, float t) {
    return from_oklab(mix(to_oklab(a), to_oklab(b), t));
}

// Linear light of a lightness 0..1, a chroma (0 grey .. 0.3 vivid) and a hue in turns: 0.08 is red, 0.15 orange, 0.3
// yellow, 0.4 green, 0.54 cyan, 0.73 blue, 0.82 violet, 0.91 magenta.
vec3 from_hue(float lightness, float chroma, float hue) {
    float angle = 6.28318530718 * hue;
    return max(from_oklab(vec3(lightness, chroma * cos(angle), chroma * sin(angle))), 0.0);
}

// A palette that runs through four cosines (Quilez 1999): middle, swing, turns and start of each channel.
vec3 cosine_palette(float t, vec3 middle, vec3 swing, vec3 turns, vec3 start) {
    return middle + swing * cos(6.28318530718 * (turns * t + start));
}

// Film-like shoulder: open-ended linear light to 0..1 linear, bright colours fading towards white.
// The curve is the rational fit of the ACES reference transform by Narkowicz (2015).
vec3 film(vec3 c) {
    float peak = max(c.r, max(c.g, c.b));
    c = mix(c, vec3(luminance(c)), clamp((peak - 1.0) * 0.08, 0.0, 0.6));
    return clamp(c * (2.51 * c + 0.03) / (c * (2.43 * c + 0.59) + 0.14), 0.0, 1.0);
}

// The same as a display value, without `pow`: the fit by Hejl and Burgess-Dawson (2010) of a print
// film's curve, deep in the blacks.
vec3 film_display(vec3 c) {
    return c * (6.2 * c + 0.5) / (c * (6.2 * c + 1.7) + 0.06);
}

// Even, fine-grained noise 0..1 over the pixels (interleaved gradient noise, Jimenez 2014).
float grain(vec2 pixel, float frame) {
    pixel += 5.588238 * mod(frame, 64.0);
    return fract(52.9829189 * fract(dot(pixel, vec2(0.06711056, 0.00583715))));
}

// A display value with just enough grain that eight bits show no bands.
vec3 dither(vec3 display, vec2 pixel, float frame) {
    return display + (grain(pixel, frame) - 0.5) / 255.0;
}
