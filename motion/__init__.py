"""A library about bodies: smoothing, kinematics and motion files. It knows no camera, socket or screen."""
