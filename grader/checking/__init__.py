"""How a question is asked, an answer compared and a mistake diagnosed, whichever set asks.

Called by `check` in a notebook and by `grader.notebooks`; it needs NumPy alone.
It trusts the checks and the reference, and nothing that a student's code answers.
"""
