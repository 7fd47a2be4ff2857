"""Pictures that students paste into their answers: are they shown, or is it said why not?"""

import base64
import io
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbformat import NotebookNode
from PIL import Image

from grader.notebooks.html import markdown2html
from grader.notebooks.notebook import Master, parse_submission, restore
from grader.notebooks.pictures import LARGE, SIDE, TOGETHER, fit
from grader.sandbox.process import Warm

DRAWING = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="1" height="1"/></svg>'


def encoded(format: str, size: int = 8, **options: Any) -> str:
    """A picture of noise, which no format makes small, in base64."""
    pixels = np.random.default_rng(0).integers(0, 256, (size, size, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format, **options)
    return base64.b64encode(file.getvalue()).decode()


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def shown(warm: Warm, source: str, attachments: object) -> str:
    """What feedback shows of an answer that is handed in with these attachments."""
    cell = {"cell_type": "markdown", "source": source, "attachments": attachments, "metadata": {}}
    document = {"cells": [cell], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}
    notebook = parse_submission(json.dumps(document).encode(), Path("answer.ipynb"))
    fit(notebook, warm)
    context: Any = {"cell": notebook.cells[0]}
    return markdown2html(context, notebook.cells[0].source)


def one(warm: Warm, kind: str, data: str) -> str:
    return shown(warm, "![a](attachment:a)", {"a": {kind: data}})


@pytest.mark.parametrize(
    ("kind", "data", "becomes"),
    [
        ("image/png", encoded("PNG"), "png"),
        ("image/jpeg", encoded("JPEG"), "jpeg"),
        ("image/gif", encoded("GIF"), "gif"),
        ("image/svg+xml", in_base64(DRAWING), r"svg\+xml"),
        ("image/webp", encoded("WEBP"), "jpeg"),
        ("image/bmp", encoded("BMP"), "jpeg"),
        ("image/tiff", encoded("TIFF"), "jpeg"),
        ("image/webp", encoded("PNG"), "jpeg"),  # what it is counts, not what it is called
    ],
)
def test_shown(warm: Warm, kind: str, data: str, becomes: str) -> None:
    """Is a picture shown as it is where a browser can, and else in a form that it can?"""
    (source,) = re.findall(r'src="data:image/([^"]*)"', one(warm, kind, data))
    assert re.fullmatch(becomes + ";base64,[A-Za-z0-9+/=]+", source)


def test_photo(warm: Warm) -> None:
    """Is a photo of several megabytes shown, smaller, and upright as the camera held it?"""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    wide = Image.fromarray(np.random.default_rng(0).integers(0, 256, (1200, 2400, 3), np.uint8))
    file = io.BytesIO()
    wide.save(file, "JPEG", quality=95, exif=exif)
    assert len(file.getvalue()) > 2 * LARGE
    html = one(warm, "image/jpeg", base64.b64encode(file.getvalue()).decode())
    (data,) = re.findall(r'src="data:image/jpeg;base64,([^"]*)"', html)
    with Image.open(io.BytesIO(base64.b64decode(data))) as made:
        assert made.height == 2 * made.width <= SIDE
    assert len(base64.b64decode(data)) <= LARGE


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("image/heic", in_base64("ftypheic")),
        ("image/png", in_base64("no picture")),
        ("image/png", "no base64"),
        ("image/svg+xml", in_base64(DRAWING.replace("rect", "script"))),
        ("text/html", in_base64("<b>a</b>")),
        ("image/png", ""),
    ],
)
def test_not_shown(warm: Warm, kind: str, data: str) -> None:
    """Does a remark stand for what cannot be shown?"""
    html = one(warm, kind, data)
    assert "<img" not in html
    assert "a is not shown" in html
    assert "PNG and JPEG can" in html


@pytest.mark.parametrize(
    "source",
    [
        "![sketch](attachment:b.png)",
        "![sketch][1]\n\n[1]: attachment:b.png",
        '<img src="attachment:b.png" width="3">',
        "<img alt=1 src=attachment:b.png>",
    ],
)
def test_missing(warm: Warm, source: str) -> None:
    """Does the text of an answer that was copied without its picture show the rest?"""
    html = shown(warm, f"before {source}", {})
    assert "before" in html
    assert "b.png is not shown" in html


@pytest.mark.parametrize(
    "source", ["![a](<attachment:my photo.png>)", "![a](attachment:my%20photo.png)"]
)
def test_name_with_a_space(warm: Warm, source: str) -> None:
    """Is a picture found whose name has a space?"""
    html = shown(warm, source, {"my photo.png": {"image/png": encoded("PNG")}})
    assert 'src="data:image/png;base64,' in html


def test_html_tag(warm: Warm) -> None:
    """Is a picture found that an HTML tag names?"""
    html = shown(warm, '<img src="attachment:a">', {"a": {"image/png": encoded("PNG")}})
    assert 'src="data:image/png;base64,' in html


def test_bomb(warm: Warm) -> None:
    """Is a small file that would become a huge picture left out, and the next one shown?"""
    bomb = io.BytesIO()
    Image.new("L", (30_000, 30_000)).save(bomb, "PNG")
    data = base64.b64encode(bomb.getvalue()).decode()
    pictures = {"bomb": {"image/png": data}, "a": {"image/png": encoded("PNG")}}
    html = shown(warm, "![a](attachment:bomb) ![a](attachment:a)", pictures)
    assert "bomb is not shown" in html
    assert html.count("<img") == 1


def test_many(warm: Warm) -> None:
    """Is the number of pictures bounded?"""
    picture = {"image/png": encoded("PNG")}
    names = [f"p{i}" for i in range(TOGETHER + 2)]
    source = " ".join(f"![a](attachment:{name})" for name in names)
    html = shown(warm, source, dict.fromkeys(names, picture))
    assert (html.count("<img"), html.count("is not shown")) == (TOGETHER, 2)


def test_locked_cell() -> None:
    """Is the picture of a cell that is not the student's the master's, whatever was handed in?"""

    def cell(kind: str, flags: dict[str, bool], data: str) -> NotebookNode:
        one = nbformat.v4.new_markdown_cell("![f](attachment:f)")
        one.metadata.nbgrader = {"grade_id": kind, "schema_version": 3, **flags}
        one.attachments = NotebookNode(f=NotebookNode({"image/png": data}))
        return one

    locked = {"grade": False, "solution": False, "locked": True, "task": False}
    answer = {"grade": True, "solution": True, "locked": False, "task": False}
    cells = {"l": cell("l", locked, "master"), "a": cell("a", answer, "master")}
    master = Master("ps", nbformat.v4.new_notebook(), cells, frozenset(), "ps")
    theirs = [cell("l", locked, "student"), cell("a", answer, "student")]
    submission = nbformat.v4.new_notebook(cells=theirs)
    found = [one.get("attachments") for one in restore(submission, master).cells]
    assert found == [{"f": {"image/png": "master"}}, {"f": {"image/png": "student"}}]
    submission.cells = [theirs[1]]
    assert restore(submission, master).cells[0].attachments == {"f": {"image/png": "master"}}
