"""Pictures that students paste into their answers, such as photos of derivations: made to fit.

A picture that is large, or of a kind that not every browser shows, is made anew where students'
code runs: what reads pictures is no match for one that is made to break it.
"""

import base64
import binascii

import numpy as np
from nbformat import NotebookNode

from ..sandbox.outputs import picture
from ..sandbox.process import StudentGone, Warm

LARGE = 1_000_000  # bytes of a picture that is shown as it is; a larger one is made smaller
SIDE = 1600  # pixels of the longer side of a picture that is made smaller
SECONDS = 20.0  # to make one smaller
KINDS = ("image/png", "image/jpeg", "image/gif", "image/svg+xml")
TOGETHER = 20  # pictures in a notebook; their bytes are bounded when it is read

SMALLER = """
def smaller(data, side, large):
    import io
    import numpy
    from PIL import Image, ImageOps
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data.tobytes())))
    if picture.mode != "RGB":
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture).convert("RGB")
    while True:
        picture.thumbnail((side, side))
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=80)
        if len(file.getvalue()) <= large or side < 100:
            return numpy.frombuffer(file.getvalue(), numpy.uint8)
        side //= 2
"""


def fit(notebook: NotebookNode, warm: Warm) -> None:
    """Make all pasted pictures of a notebook such as a browser shows, and not too large.

    What is no picture that can be read is left out; `html.markdown2html` says so in its place.
    """
    seen = 0
    for cell in notebook.cells:
        for name, bundle in list(cell.get("attachments", {}).items()):
            seen += 1
            made = _fitting(bundle, warm) if seen <= TOGETHER else None
            if made is None:
                del cell.attachments[name]
            else:
                cell.attachments[name] = NotebookNode({made[0]: made[1]})


def _fitting(bundle: NotebookNode, warm: Warm) -> tuple[str, str] | None:
    """The type of a picture, and the picture in base64; None if there is none."""
    for kind, text in bundle.items():
        try:
            data = base64.b64decode("".join(text.split()).encode("ascii"), validate=True)
        except (UnicodeEncodeError, binascii.Error):
            continue
        if len(data) <= LARGE and kind in KINDS and picture({kind: _as_output(kind, data)}, LARGE):
            return kind, base64.b64encode(data).decode()
        if (made := _smaller(data, warm)) is not None:
            return "image/jpeg", made
    return None


def _as_output(kind: str, data: bytes) -> str:
    """As the outputs of cells have it: in base64, but for SVG."""
    return data.decode(errors="replace") if kind == "image/svg+xml" else _base64(data)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _smaller(data: bytes, warm: Warm) -> str | None:
    """The picture as JPEG, in base64; None if it cannot be read."""
    arguments = (np.frombuffer(data, np.uint8), SIDE, LARGE)
    request = {"op": "drive", "name": "smaller", "source": SMALLER}
    try:
        with warm.student() as process:
            reply = process.ask(request | {"args": arguments, "kwargs": {}}, SECONDS)
    except StudentGone:
        return None
    made = reply.get("value")
    if not isinstance(made, np.ndarray) or made.dtype != np.uint8 or made.nbytes > 2 * LARGE:
        return None
    found = picture({"image/jpeg": _base64(made.tobytes())}, 4 * LARGE)
    return None if found is None else found[1]
