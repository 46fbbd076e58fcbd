uniform sampler2D plate, previous;
uniform float dt;
void main() { // on paper that remembers a little while what was printed
    vec3 paper = vec3(0.95, 0.92, 0.86), before = mix(texture(previous, uv).rgb, paper, min(2.5 * dt, 1.0));
    colour = vec4(min(paper * exp(-texture(plate, uv).rgb), mix(paper, max(before, vec3(0.01)), 0.9)), 1.0);
}
