"""The eye: person detection, pose estimation and tracking in the pictures of cameras, films and streams."""
