"""A dress rehearsal: everything that an evening can do to a show, in minutes, from a script that a seed writes."""
