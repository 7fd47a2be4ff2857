"""The lines of nbgrader_config.py that make nbgrader grade with this package."""

import os
import sysconfig
from typing import Any


def configure(c: Any) -> None:
    """Let nbgrader grade safely and show what students wrote without running it.

    `c` is nbgrader's configuration, `get_config()`; what the course sets afterwards counts.
    """
    # nbgrader runs `alembic` when it makes a gradebook: it is installed beside this Python.
    scripts = sysconfig.get_path("scripts")
    os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", "")])
    # The trusted cells come from the master, and student's code runs in a process of its own.
    c.Autograde.exporter_class = "grader.classes.preprocessor.SubmissionExporter"
    c.Autograde.sanitize_preprocessors = [
        "grader.classes.preprocessor.Restore",
        "nbgrader.preprocessors.OverwriteKernelspec",
        "nbgrader.preprocessors.OverwriteCells",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    c.Autograde.autograde_preprocessors = [
        "grader.classes.preprocessor.SafeExecute",
        "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.LimitOutput",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    c.GenerateFeedback.pre_convert_hook = "grader.classes.mended.make_room"
    c.ExportApp.plugin_class = "grader.classes.mended.CsvExport"
    # The archives of Moodle, Canvas and Blackboard, for `nbgrader zip_collect`.
    c.ZipCollectApp.extractor_plugin = "grader.classes.collect.Extract"
    c.ZipCollectApp.collector_plugin = "grader.classes.collect.Collect"
    # Formgrader shows the marking guide, which students do not get.
    c.HTMLExporter.preprocessors = ["grader.classes.preprocessor.MarkingGuide"]
    # Feedback and formgrader show what students wrote without running any script in it.
    c.HTMLExporter.sanitize_html = True
    c.HTMLExporter.filters = {
        "clean_html": "grader.notebooks.html.clean",
        "highlight_code": "grader.notebooks.html.Highlight",
        "markdown2html": "grader.notebooks.html.markdown2html",
    }
