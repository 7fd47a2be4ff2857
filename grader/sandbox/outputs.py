"""What a student's cell put out, made harmless.

Nothing in it is believed: it comes from a process that runs the student's code.
What is kept are plain text, which nbconvert escapes, and pictures: PNG, JPEG, and SVG that only
draws, which nbconvert shows as a picture too.
HTML, JavaScript, Markdown and widgets are dropped: their plain text says what they were.
"""

import base64
import binascii
import re
import struct
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from typing import Any
from xml.etree import ElementTree

Output = dict[str, object]

PNG = b"\x89PNG\r\n\x1a\n"
PIXELS = 25_000_000  # more in one picture could exhaust the browser that shows it
SVG = "{http://www.w3.org/2000/svg}"
SHAPES = 50_000  # the same, of what an SVG picture draws
NESTED = 4  # how deep a shape of an SVG picture may be made of others
COLOURS = 1000  # with many more in a text, nbconvert takes minutes to show it
# Control characters, but not tab, newline, carriage return and the codes for colour;
# and the marks that reverse the direction of text, so that it reads as what it is.
CONTROL = re.compile(
    r"\x1b(?!\[[0-9;]*m)|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
)
ACTS = re.compile("on", re.IGNORECASE)  # onload, onclick: no picture runs them, nor has them
DRAWS = set(
    "circle clipPath defs desc ellipse g image line linearGradient marker metadata path pattern "
    "polygon polyline radialGradient rect stop style svg symbol text title tspan use".split()
)


@cache
def places() -> dict[str, str]:
    """Where this machine has what tracebacks and warnings name, and what is shown instead."""
    library = {sysconfig.get_path(kind): "site-packages" for kind in ("purelib", "platlib")}
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return library | {sysconfig.get_path("stdlib"): version}


def printable(text: str) -> str:
    """Text of the student's, bounded, without what a terminal or a file could not take."""
    text = text[:10_000]
    if text.replace("\n", "").replace("\t", "").isprintable():  # most is
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else "?" for c in text)


def picture(data: dict[object, object], characters: int) -> tuple[str, str] | None:
    """The first picture among representations by type, and its type; None if there is none.

    PNG, JPEG and GIF are in base64, and must have `characters` at most, as SVG, a text, must.
    """
    return _Room(0, characters).picture(data)


def harmless(value: object, text_bytes: int, image_bytes: int) -> list[Output]:
    """The outputs in `value` as nbformat 4 has them; what is not an output is left out.

    Together they have at most `text_bytes` characters of text and `image_bytes` of pictures.
    """
    room = _Room(text_bytes, image_bytes)
    outputs = [_output(item, room) for item in value] if isinstance(value, list) else []
    return [output for output in outputs if output is not None]


class _Room:
    """What may still be kept."""

    def __init__(self, text: int, images: int) -> None:
        self.text_left, self.images_left = text + 20_000, images  # an error comes on top

    def text(self, value: object) -> str:
        """As much of a text as there is room for, in characters that only show."""
        if not isinstance(value, str):
            return ""
        kept = value[: self.text_left]
        self.text_left -= len(kept)
        if kept.count("\x1b") > COLOURS:
            kept = kept.replace("\x1b", "")
        for place, name in places().items():
            kept = kept.replace(place, name)
        return CONTROL.sub("", kept).encode(errors="replace").decode()

    def picture(self, data: dict[object, object]) -> tuple[str, str] | None:
        """The first picture in `data`, with its type, if it is one: PNG and JPEG in base64."""
        for kind, size in PIXELS_OF.items():
            found = self._decoded(data.get(kind))
            if found is not None and 0 < size(found) <= PIXELS:
                return kind, base64.b64encode(found).decode()
        svg = data.get("image/svg+xml")
        if isinstance(svg, str) and len(svg) <= self.images_left and _only_draws(svg):
            self.images_left -= len(svg)
            return "image/svg+xml", svg
        return None

    def _decoded(self, value: object) -> bytes | None:
        if not isinstance(value, str) or len(value) > self.images_left:
            return None
        self.images_left -= len(value)
        try:
            return base64.b64decode("".join(value.split()).encode("ascii"), validate=True)
        except (UnicodeEncodeError, binascii.Error):
            return None


def _png(data: bytes) -> int:
    """The pixels of a PNG picture; 0 if it is none."""
    if not data.startswith(PNG) or data[12:16] != b"IHDR" or len(data) < 24:
        return 0
    width, height = struct.unpack(">II", data[16:24])
    return int(width * height)


def _jpeg(data: bytes) -> int:
    """The pixels of a JPEG picture, from its frame header; 0 if it has none."""
    at = 2 if data.startswith(b"\xff\xd8") else len(data)
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return int(width * height)
        at += 2 + length
    return 0


def _gif(data: bytes) -> int:
    """The pixels of a GIF picture; 0 if it is none."""
    if data[:6] not in (b"GIF87a", b"GIF89a") or len(data) < 10:
        return 0
    width, height = struct.unpack("<HH", data[6:10])
    return int(width * height)


PIXELS_OF = {"image/png": _png, "image/jpeg": _jpeg, "image/gif": _gif}


def _only_draws(svg: str) -> bool:
    """Is this an SVG picture of shapes alone, and not of so many that it hangs a browser?"""
    if "<!ENTITY" in svg.upper():  # a text of a line can stand for gigabytes
        return False
    try:
        root = ElementTree.fromstring(svg.encode())
    except (ElementTree.ParseError, ValueError, LookupError):
        return False
    elements = list(root.iter())
    tags = [str(element.tag).removeprefix(SVG) for element in elements]
    if tags[0] != "svg" or any(tag not in DRAWS for tag in tags if not tag.startswith("{")):
        return False  # what is of another language, as the data about a picture, is not drawn
    attributes = [item for element in elements for item in element.items()]
    if any(ACTS.match(name) or not _stays_here(name, value) for name, value in attributes):
        return False
    by_id = {f"#{element.get('id')}": element for element in elements}
    depths = enumerate(_drawn(root, by_id, 0))
    return all(count < SHAPES and depth <= NESTED for count, depth in depths)


def _stays_here(name: str, value: str) -> bool:
    """Does an attribute of an SVG picture refer to nothing but the picture itself?"""
    return not name.endswith("href") or value.startswith(
        ("#", "data:image/png;", "data:image/jpeg;")
    )


def _drawn(
    element: ElementTree.Element, by_id: dict[str, ElementTree.Element], depth: int
) -> Iterator[int]:
    """How deep each shape stands that is drawn of an element, those that it refers to too."""
    for inner in element.iter():
        yield depth
        used = next((value for name, value in inner.items() if name.endswith("href")), None)
        if used in by_id and depth <= NESTED:
            yield from _drawn(by_id[used], by_id, depth + 1)


def _output(item: Any, room: _Room) -> Output | None:
    if room.text_left < 100:
        return None
    room.text_left -= 100  # so that the number of outputs is bounded too
    match item:
        case {"output_type": "stream", "name": "stdout" | "stderr" as name, "text": text}:
            return {"output_type": "stream", "name": name, "text": room.text(text)}
        case {"output_type": "error", "ename": ename, "evalue": evalue, "traceback": list(lines)}:
            return {
                "output_type": "error",
                "ename": room.text(ename),
                "evalue": room.text(evalue),
                "traceback": [room.text(line) for line in lines[:1000]],
            }
        case {"output_type": "execute_result", "execution_count": count, "data": dict(data)}:
            number = count if isinstance(count, int) and 0 <= count < 10**6 else None
            result = {"output_type": "execute_result", "execution_count": number}
            return result | _shown(data, item, room)
        case {"output_type": "display_data" | "update_display_data" as kind, "data": dict(data)}:
            return {"output_type": kind, **_shown(data, item, room)}
    return None


def _shown(data: dict[object, object], output: dict[str, Any], room: _Room) -> Output:
    """What an output shows: its text, a picture with the size to show it in, its display id."""
    kept = {"text/plain": room.text(data.get("text/plain"))}
    metadata: dict[str, dict[str, int]] = {}
    if picture := room.picture(data):
        kind, kept[picture[0]] = picture
        sizes = output.get("metadata")
        match sizes.get(kind) if isinstance(sizes, dict) else None:
            case {"width": int(width), "height": int(height)} if 0 < width * height <= PIXELS:
                metadata[kind] = {"width": width, "height": height}
    match output.get("display_id"):
        case str(id):
            return {"data": kept, "metadata": metadata, "display_id": id[:200]}
    return {"data": kept, "metadata": metadata}
