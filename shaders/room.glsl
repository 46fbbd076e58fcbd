// The room through the wall; `View.uniforms` (installation/interface/camera_view.py) sets the uniforms.
uniform mat4 view;
uniform vec3 eye;
uniform vec2 shape; // the canvas's width and height in heights

// Clip coordinates of a point in metres.
vec4 through_wall(vec3 place) {
    return view * vec4(place, 1.0);
}

// Canvas coordinates of a point in metres.
vec2 on_canvas(vec3 place) {
    vec4 clip = through_wall(place);
    return 0.5 + 0.5 * clip.xy / clip.w;
}

// The direction from the eye to a point of the canvas, with z 1: eye + t * ray is t metres away.
vec3 ray_of(vec2 uv) {
    vec2 flat_ = uv * 2.0 - 1.0;
    return vec3(flat_.x / view[0][0], (flat_.y - view[2][1]) / view[1][1], 1.0);
}

// The point of the floor (x, z) that is seen, and in z its distance from the eye in metres; below 0 above the horizon.
vec3 floor_at(vec2 uv) {
    vec3 ray = ray_of(uv);
    float far = -eye.y / min(ray.y, -1e-4);
    return vec3(eye.xz + ray.xz * far, ray.y < -1e-4 ? far : -1.0);
}
