// Uniforms of every transition: the outgoing picture, the incoming one, and the progress `part`. At 0 it must show
// exactly the first and at 1 exactly the second.
#include "colour.glsl"
#include "noise.glsl"
uniform sampler2D before, after;  // display values
uniform float part;
uniform vec2 drawn, texel;        // share of the textures that is drawn, 0..1; one texel
uniform float aspect;             // of the canvas: width over height
uniform float pixel;              // one pixel, in heights of the canvas
uniform float beat;               // 0..1 within the beat
uniform int seed;                 // different for each change
uniform float frame;

// The place of a point of the canvas in `before` and `after`, within the part of them that is drawn.
vec2 within(vec2 at) {
    return clamp(at * drawn, 0.5 * texel, drawn - 0.5 * texel);
}

// The two pictures as display values.
vec3 shown_before(vec2 at) { return texture(before, within(at)).rgb; }
vec3 shown_after(vec2 at) { return texture(after, within(at)).rgb; }

// The same as linear light.
vec3 light_before(vec2 at) { return to_linear(shown_before(at)); }
vec3 light_after(vec2 at) { return to_linear(shown_after(at)); }

// The pixel's position, in heights of the canvas.
vec2 place() { return vec2(uv.x * aspect, uv.y); }

// 0..1, different for each change.
float chance(int salt) { return random(seed, salt); }

// 0 at both ends, 1 for most of the way between.
float between() { return smoothstep(0.0, 0.18, part) * smoothstep(1.0, 0.82, part); }

// Show this light, dithered.
void show(vec3 light) { colour = vec4(dither(to_display(light), gl_FragCoord.xy, frame), 1.0); }

// Where only one picture is visible, it is not changed.
void show_before() { colour = vec4(shown_before(uv), 1.0); }
void show_after() { colour = vec4(shown_after(uv), 1.0); }
