"""File formats of motions and characters: BVH, glTF, VRM, and the mapping of joints to bones."""
