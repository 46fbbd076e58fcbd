"""Motion and characters in files: BVH, glTF, VRM, and which joint of a file is which bone."""
