// The camera picture on the canvas, mirrored as the visitors are; reads the host's `camera`.
#include "people.glsl"
uniform sampler2D camera;
uniform vec4 camera_fit;
uniform float camera_presence;

// Display values 0..1 of the camera picture at a point of the canvas; black beyond its edges, and without a camera.
vec3 camera_at(vec2 at) {
    return camera_presence * picture_inside(at, camera_fit) * texture(camera, picture_at(at, camera_fit)).rgb;
}
