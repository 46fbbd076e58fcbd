"""Detection of several people in a whole picture: MoveNet MultiPose, beside the pose estimator's view of one."""
