// A picture as it is, larger or smaller.
uniform sampler2D picture;

void main() {
    colour = texture(picture, uv);
}
