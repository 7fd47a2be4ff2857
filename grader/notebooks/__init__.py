"""One submission: read, restored, run, checked, and told about in JSON and HTML.

Called by the command, by `grader.classes`, and by nbgrader through its configuration.
It trusts the master and the course's configuration; a submission it trusts in nothing.
"""
