"""A library about bodies: filters, kinematics, retargeting and motion files; without cameras, sockets or screens."""
