// Feedback fields that persist in a texture from frame to frame; velocities are in texture coordinates a second.

// The position `dt` seconds ago of what is here now: semi-Lagrangian advection by one midpoint step (Stam 1999).
vec2 trace_back(sampler2D velocity, vec2 uv, float dt) {
    vec2 halfway = uv - 0.5 * dt * texture(velocity, uv).xy;
    return uv - dt * texture(velocity, halfway).xy;
}

// The value of `field` that the flow carries here.
vec4 advect(sampler2D field, sampler2D velocity, vec2 uv, float dt) {
    return texture(field, trace_back(velocity, uv, dt));
}

// `field` between its texels by a Catmull-Rom cubic, so that advected detail does not blur; `size` is that texture's
// width and height in texels, as in vec2(textureSize(field, 0)). Five taps instead of sixteen: the texture unit reads
// neighbours as pairs, and the corners are left out (Jimenez 2016).
vec4 sharp(sampler2D field, vec2 uv, vec2 size) {
    vec2 middle = floor(uv * size - 0.5) + 0.5, f = uv * size - middle;
    vec2 before = f * (-0.5 + f * (1.0 - 0.5 * f)), after = f * f * (-0.5 + 0.5 * f);
    vec2 second = f * (0.5 + f * (2.0 - 1.5 * f)), both = 1.0 - before - after;
    vec2 low = (middle - 1.0) / size, mid = (middle + second / both) / size, high = (middle + 2.0) / size;
    vec4 sum = texture(field, mid) * both.x * both.y
        + texture(field, vec2(low.x, mid.y)) * before.x * both.y + texture(field, vec2(high.x, mid.y)) * after.x * both.y
        + texture(field, vec2(mid.x, low.y)) * both.x * before.y + texture(field, vec2(mid.x, high.y)) * both.x * after.y;
    return sum / (both.x + both.y - both.x * both.y);
}

// Slope of the red channel per texel, central differences.
vec2 gradient(sampler2D field, vec2 uv, vec2 texel) {
    return 0.5 * vec2(
        texture(field, uv + vec2(texel.x, 0.0)).r - texture(field, uv - vec2(texel.x, 0.0)).r,
        texture(field, uv + vec2(0.0, texel.y)).r - texture(field, uv - vec2(0.0, texel.y)).r);
}

// Divergence of the flow, 1/s.
float divergence(sampler2D velocity, vec2 uv, vec2 texel) {
    return 0.5 * (
        (texture(velocity, uv + vec2(texel.x, 0.0)).x - texture(velocity, uv - vec2(texel.x, 0.0)).x) / texel.x
        + (texture(velocity, uv + vec2(0.0, texel.y)).y - texture(velocity, uv - vec2(0.0, texel.y)).y) / texel.y);
}

// Curl of the flow (twice the rotation in radians a second) on square texels; above 0 counter-clockwise.
float vorticity(sampler2D velocity, vec2 uv, vec2 texel) {
    return 0.5 * (
        (texture(velocity, uv + vec2(texel.x, 0.0)).y - texture(velocity, uv - vec2(texel.x, 0.0)).y) / texel.y
        - (texture(velocity, uv + vec2(0.0, texel.y)).x - texture(velocity, uv - vec2(0.0, texel.y)).x) / texel.x);
}

// One Jacobi iteration of the pressure (red) that removes the divergence (red).
float pressure_step(sampler2D pressure, sampler2D outflow, vec2 uv, vec2 texel) {
    float around = texture(pressure, uv + vec2(texel.x, 0.0)).r + texture(pressure, uv - vec2(texel.x, 0.0)).r
        + texture(pressure, uv + vec2(0.0, texel.y)).r + texture(pressure, uv - vec2(0.0, texel.y)).r;
    return 0.25 * (around - texture(outflow, uv).r);
}

// The mean of the four diagonal neighbours: a cheap, soft blur.
vec4 soften(sampler2D field, vec2 uv, vec2 texel) {
    return 0.25 * (texture(field, uv + texel) + texture(field, uv - texel)
        + texture(field, uv + vec2(texel.x, -texel.y)) + texture(field, uv + vec2(-texel.x, texel.y)));
}

// Factor of an exponential decay over `dt` seconds with this half-life in seconds.
float fade(float half_life, float dt) {
    return exp2(-dt / half_life);
}
