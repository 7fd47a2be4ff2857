"""nbgrader's configuration for this course."""

import os
import sysconfig

from grader.configure import configure

c = get_config()  # noqa: F821
configure(c)

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

# Students' processes start with what these sets use: PyTorch, and the data for their examples.
c.Course.preload = {
    "ps5_frameworks": ("torch",),
    "ps6_practice": ("torch", "lab.datasets"),
    "ps7_capstone": ("torch", "lab.datasets"),
}
