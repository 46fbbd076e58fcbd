"""The eye, measured on labelled clips and against ground truth."""
