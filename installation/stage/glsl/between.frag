// Interpolation between two paintings: motion-compensated along `flow`, with a crossfade.
uniform sampler2D before, after;
uniform sampler2D flow;  // of `after`, in its coordinates a second, y down
uniform float span;      // seconds between the two
uniform float part;      // 0 `before` .. 1 `after`

void main() {
    vec2 at = vec2(uv.x, 1.0 - uv.y), way = span * texture(flow, at).xy;
    vec3 old = texture(before, at - part * way).rgb, now = texture(after, at + (1.0 - part) * way).rgb;
    colour = vec4(mix(old, now, part), 1.0);
}
