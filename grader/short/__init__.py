"""Short exercises of the book's pages: one line to fill in or to mend, with the mistakes in it.

They are in exercises.toml, which the pages read too; `grader.checking` finds their checks by name.
Nobody is graded by them.
"""
