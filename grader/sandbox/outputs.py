"""What a student's cell put out, made harmless.

Nothing in it is believed: it comes from a process that runs the student's code.
What is kept are plain text, which nbconvert escapes, and PNG pictures.
HTML, SVG, JavaScript, Markdown and widgets are dropped: their plain text says what they were.
"""

import base64
import binascii
import re
import struct

Output = dict[str, object]

PNG = b"\x89PNG\r\n\x1a\n"
PIXELS = 25_000_000  # more in one picture could exhaust the browser that shows it
COLOURS = 1000  # with many more in a text, nbconvert takes minutes to show it
# Control characters, but not tab, newline, carriage return and the codes for colour;
# and the marks that reverse the direction of text, so that it reads as what it is.
CONTROL = re.compile(
    r"\x1b(?!\[[0-9;]*m)|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
)


def printable(text: str) -> str:
    """Text of the student's, bounded, without what a terminal or a file could not take."""
    return "".join(c if c.isprintable() or c in "\n\t" else "?" for c in text[:10_000])


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
        return CONTROL.sub("", kept).encode(errors="replace").decode()

    def image(self, value: object) -> str | None:
        """A PNG picture in base64, if it is one."""
        if not isinstance(value, str) or len(value) > self.images_left:
            return None
        self.images_left -= len(value)
        try:
            # some break it into lines
            data = base64.b64decode("".join(value.split()).encode("ascii"), validate=True)
            width, height = struct.unpack(">II", data[16:24])  # of the first chunk, IHDR
        except (UnicodeEncodeError, binascii.Error, struct.error):
            return None
        if not data.startswith(PNG) or data[12:16] != b"IHDR" or width * height > PIXELS:
            return None
        return base64.b64encode(data).decode()  # encoded anew: no other characters can be in it


def _output(item: object, room: _Room) -> Output | None:
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
            return {**result, "data": _data(data, room), "metadata": {}}
        case {"output_type": "display_data", "data": dict(data)}:
            return {"output_type": "display_data", "data": _data(data, room), "metadata": {}}
    return None


def _data(data: dict[object, object], room: _Room) -> dict[str, str]:
    image = room.image(data.get("image/png"))
    kept = {"text/plain": room.text(data.get("text/plain"))}
    return kept if image is None else {**kept, "image/png": image}
