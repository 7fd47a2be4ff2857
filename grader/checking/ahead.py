"""Questions that are asked ahead, several in one message, of a student's process.

A script asks one question after the other, but mostly the same ones whatever the answers are.
So what the parts of a check asked of a right solution is asked of the next student at once.
Then the scripts run as ever, and find their answers here while they ask what was foreseen.

What they ask may depend on an error, and on the type of an answer or how many values it has: after
one of another kind than foreseen, nothing more is asked ahead.
If they go by values, what was asked in vain is not looked at.
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

    `then` is the state of the `Student` after it, by which it is known what comes next.
    `right` is what came of it, by the replies: most right solutions answer the same, to the bit.
    """

    questions: Sequence[Question]
    then: tuple[object, ...]
    right: dict[bytes, Done] = field(default_factory=dict)


class Ahead:
    """One run of scripts whose questions are foreseen, one script after the other."""

    def __init__(self, parts: Sequence[Foreseen], ask: Ask) -> None:
        self._ask, self._coming = ask, deque(parts)
        self._questions = [question for part in parts for question in part.questions]
        self._at = self._end = 0  # the next question, and the first of the next part
        self._waiting = deque[dict[str, object] | bytes]()
        self.as_foreseen = True
        self._begin()

    def goes_on_with(self, part: Foreseen) -> bool:
        """Were the questions of this part asked, if it comes next? Then it begins."""
        left_out = self._end - self._at
        next_one = self._coming[0] if self._coming else None
        if not self.as_foreseen or next_one is not part or len(self._waiting) < left_out:
            return False
        for _ in range(left_out):
            self._waiting.popleft()
        self._at = self._end
        self._begin()
        return True

    def _begin(self) -> None:
        self._part = self._coming.popleft()
        self._end += len(self._part.questions)
        if not self._waiting:
            self._more()
        first = [*itertools.islice(self._waiting, len(self._part.questions))]
        frames = [reply for reply in first if isinstance(reply, bytes)]
        self._whole = len(frames) == len(self._part.questions)
        self._small = sum(map(len, frames)) <= BYTES
        self._key = hashlib.sha256(b"".join(frames)).digest()  # each says how long it is

    @property
    def done(self) -> Done | None:
        """What came of this part when all was answered like this before, and right."""
        return self._part.right.get(self._key) if self._whole else None

    def remember(self, done: Done) -> None:
        """Remember what came of it, if nothing else was asked than what was foreseen."""
        complete = self.as_foreseen and self._at == self._end
        if complete and self._whole and self._small and len(self._part.right) < RIGHT:
            self._part.right[self._key] = done

    def reply(self, frame: bytes) -> dict[str, object] | None:
        """The reply to a request; None if it has to be asked by itself."""
        here = self._questions[self._at : self._end][:1]
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
        for question in self._questions[self._at :]:
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
