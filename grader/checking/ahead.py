"""Questions that are asked ahead, several in one message, of a student's process.

A script asks one question after the other, but mostly the same ones whatever the answers are.
So what it asked of a right solution is asked of the next student at once.
Then the script runs as ever, and finds its answers here while it asks what was foreseen.

What it asks may depend on an error, and on the type of an answer or how many values it has: after
one of another kind than foreseen, nothing more is asked ahead.
If it goes by values, what was asked in vain is not looked at.
"""

import hashlib
import itertools
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from ..sandbox.student.objects import SEVERAL, kind_of
from ..sandbox.student.protocol import Handle, ProtocolError, decode, joined, split

ERROR = "error"  # the kind of an answer that is one
RIGHT, BYTES = 20, 64 * 1024  # right answers to a part that are remembered, and how large

# The reply to a request that holds so many questions.
Ask = Callable[[dict[str, object], int], dict[str, object]]


@dataclass(frozen=True)
class Question:
    """A request, as its frame, and the kind of the answer."""

    frame: bytes
    kind: str


@dataclass(frozen=True)
class Done:
    """What a script yielded, and what a `Student` knew then: globals, drivers, the next handle."""

    answers: list[object]
    found: Mapping[str, Handle]
    driven: frozenset[Callable[..., object]]
    next: int


@dataclass(frozen=True)
class Foreseen:
    """What a script asks, if nothing unforeseen is answered.

    `right` is what came of it, by the replies: most right solutions answer the same, to the bit.
    """

    questions: Sequence[Question]
    right: dict[bytes, Done] = field(default_factory=dict)


class Ahead:
    """One run of a script whose questions are foreseen."""

    def __init__(self, foreseen: Foreseen, ask: Ask) -> None:
        self._foreseen, self._ask = foreseen, ask
        self._at, self._waiting = 0, deque[dict[str, object] | bytes]()
        self.as_foreseen = True
        self._more()
        first = [reply for reply in self._waiting if isinstance(reply, bytes)]
        self._whole = len(first) == len(foreseen.questions)
        self._small = sum(map(len, first)) <= BYTES
        self._key = hashlib.sha256(b"".join(first)).digest()  # each says how long it is

    @property
    def done(self) -> Done | None:
        """What came of it when all was answered like this before, and right."""
        return self._foreseen.right.get(self._key) if self._whole else None

    def remember(self, done: Done) -> None:
        """Remember what came of it, if nothing else was asked than what was foreseen."""
        complete = self.as_foreseen and self._at == len(self._foreseen.questions)
        if complete and self._whole and self._small and len(self._foreseen.right) < RIGHT:
            self._foreseen.right[self._key] = done

    def reply(self, frame: bytes) -> dict[str, object] | None:
        """The reply to a request; None if it has to be asked by itself."""
        here = self._foreseen.questions[self._at : self._at + 1]
        if here and here[0].frame == frame and (self._waiting or self._more()):
            reply = _opened(self._waiting.popleft())
            self.as_foreseen = kind_of_reply(reply) == here[0].kind
            self._at += 1
            return reply
        self.as_foreseen = False
        return None

    def _more(self) -> bool:
        """Ask the questions that come next, up to one that is answered by an error."""
        questions, size = list[Question](), 0
        for question in self._foreseen.questions[self._at :]:
            questions.append(question)
            size += len(question.frame)
            if question.kind == ERROR or size > SEVERAL:
                break
        frames, kinds = joined(one.frame for one in questions), [one.kind for one in questions]
        reply = self._ask({"op": "several", "frames": frames, "kinds": kinds}, len(kinds))
        # from the student's process: not believed to be of any form
        with suppress(ProtocolError):
            self._waiting.extend(itertools.islice(split(reply.get("value")), len(kinds)))
        if "error" in reply and len(self._waiting) < len(kinds):
            self._waiting.append({"error": reply["error"]})
        return bool(self._waiting)


def kind_of_reply(reply: Mapping[str, object]) -> str:
    """The kind of an answer."""
    return kind_of(reply["value"]) if "value" in reply and "error" not in reply else ERROR


def _opened(reply: dict[str, object] | bytes) -> dict[str, object]:
    if isinstance(reply, dict):
        return reply
    try:
        opened = decode(reply)
    except (ProtocolError, MemoryError):
        return {}
    return opened if isinstance(opened, dict) else {}
