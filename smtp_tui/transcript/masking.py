"""The veil: the words that stand in the place of secrets, wherever those show up."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from smtp_tui.smtp.events import Span
from smtp_tui.smtp.visible import decode, visible
from smtp_tui.transcript.echoes import Echoes, merged


class Veil:
    """Covers what it was told is secret, in what was sent and in what a server echoes.

    ``learn`` takes octets and the label of their mask, as ``PLAIN``. ``visible`` gives text for a
    terminal, ``text`` gives the octets as text with nothing else changed; both take octets, or
    text, and the spans of further secrets in the octets.
    """

    __slots__ = ("_echoes", "_name")

    def __init__(self) -> None:
        self._echoes = Echoes()
        self._name = ""

    def learn(self, secret: bytes, label: str) -> None:
        """Cover these octets from now on, and the password or token that they hold."""
        self._echoes.learn(secret, label, self._name if label == "LOGIN" else "")

    def challenged(self, prompt: bytes | None) -> None:
        """What a server asks for: of the answers of LOGIN only one is a password."""
        asked = prompt is not None and prompt.strip().lower().startswith(b"pass")
        self._name = "LOGIN.password" if asked else ""

    def hides(self, data: bytes | str) -> bool:
        """Whether a known secret stands in the octets."""
        return bool(self.find(data)[0])

    def find(self, data: bytes | str) -> tuple[tuple[Span, ...], str]:
        """The spans of known secrets, in order and apart, and the label of one of them."""
        return self._echoes.find(_octets(data)) if self._echoes else ((), "")

    def visible(self, data: bytes | str, spans: Iterable[Span] = (), label: str = "") -> str:
        """One line for a terminal: secrets covered, control characters named."""
        return self._covered(data, spans, label, visible)

    def text(self, data: bytes | str, spans: Iterable[Span] = (), label: str = "") -> str:
        """The octets as text, secrets covered; control characters stay."""
        return self._covered(data, spans, label, decode)

    def _covered(
        self, data: bytes | str, spans: Iterable[Span], label: str, show: Callable[[bytes], str]
    ) -> str:
        data = _octets(data)
        found, echoed = self._echoes.find(data)
        pieces: list[str] = []
        position = 0
        for start, end in merged((*spans, *found)):
            if position < start:
                pieces.append(show(data[position:start]))
            pieces.append(mask(label or echoed, end - start))
            position = end
        if position < len(data):
            pieces.append(show(data[position:]))
        return "".join(pieces)


def _octets(data: bytes | str) -> bytes:
    return data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data


def mask(label: str, octets: int) -> str:
    """What stands in the place of a secret."""
    return f"‹{label or 'secret'}: {octets} octets hidden›"
