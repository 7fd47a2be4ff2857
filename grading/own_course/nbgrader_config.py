from grader.notebooks.configure import configure

c = get_config()  # noqa: F821
configure(c)
c.CourseDirectory.course_id = "statistics"
c.Course.checks = "statistics_checks"
