"""The checks of this course: a module for each problem set."""
