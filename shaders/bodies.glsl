// What bodies.vert gives to the fragment shader of `Graphics.body_shader`, and the room around.
#include "room.glsl"
in vec3 here;     // metres in the room
in vec3 across;   // the surface's normal in the room; its length is not 1
flat in vec4 who; // presence, tint, size, energy: `person` of flesh.glsl
