// A copy of a picture, scaled.
uniform sampler2D picture;

void main() {
    colour = texture(picture, uv);
}
