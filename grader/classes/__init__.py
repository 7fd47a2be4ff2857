"""A class: graded on all cores or machines, and entered into nbgrader's gradebook.

Called by the command `grader`, and by nbgrader where its configuration names `preprocessor`.
It trusts the gradebook and its own records; a student's folder it reads with care.
"""
