"""nbgrader's configuration for this course."""

import os
import sysconfig

c = get_config()  # noqa: F821

# nbgrader runs `alembic` when it makes a gradebook: it is installed beside this Python's nbgrader.
os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])

c.CourseDirectory.course_id = "batchnorm"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"

# The student version: nbgrader's own steps, with stubs that name their exercise.
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.LockCells",
    "grader.preprocessor.NameExercise",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Grading: the trusted cells come from the master, and student's code runs in a process of its own.
c.Autograde.exporter_class = "grader.preprocessor.SubmissionExporter"
c.Autograde.sanitize_preprocessors = [
    "grader.preprocessor.Restore",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "grader.preprocessor.SafeExecute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Students' processes start with what these sets use: PyTorch, and the data for their examples.
c.Course.preload = {
    "ps5_frameworks": ("torch",),
    "ps6_practice": ("torch", "lab.datasets"),
    "ps7_capstone": ("torch", "lab.datasets"),
}

# Two exercises of this set train networks for some seconds; a busy machine may take longer.
c.Course.limits = {"ps7_capstone": {"exercise_seconds": 60.0}}

# Feedback and formgrader show what students wrote without running any script in it.
c.HTMLExporter.sanitize_html = True
c.HTMLExporter.filters = {
    "clean_html": "grader.html.clean",
    "highlight_code": "grader.html.Highlight",
    "markdown2html": "grader.html.markdown2html",
}
