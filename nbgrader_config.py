"""nbgrader's configuration for this course."""

from grader.notebooks.configure import configure

c = get_config()  # noqa: F821
configure(c)
c.CourseDirectory.course_id = "batchnorm"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"

# The student version: nbgrader's own steps, with stubs that name their exercise.
# For those who study alone, `c.SelfStudy.enabled = True` adds model answers to written questions.
c.GenerateAssignment.preprocessors = [
    "grader.classes.preprocessor.SelfStudy",
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.LockCells",
    "grader.classes.preprocessor.NameExercise",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
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
