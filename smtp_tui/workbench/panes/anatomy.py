"""Anatomy: what a mechanism sends, part by part, before it becomes Base64."""

from __future__ import annotations

from textual.content import Content

from smtp_tui.sasl.credentials import Credentials, octets
from smtp_tui.smtp.visible import pieces
from smtp_tui.workbench.tokens import DOTS

_DOTS = DOTS * 2

_Piece = Content | str | tuple[str, str]


def anatomy(mechanism: str, credentials: Credentials, *, revealed: bool) -> Content:
    """The parts in the order they are sent; the secret as dots unless revealed."""
    user = _part(credentials.user)
    secret = _secret(credentials.password, revealed=revealed)
    acting_as = _named("authzid", credentials.authorization)
    match mechanism:
        case "LOGIN":
            return _row(("two answers: ", "$quiet"), user, ("  then  ", "$quiet"), secret)
        case "PLAIN":
            nul = chip("NUL")
            return _row("[", acting_as, "] ", nul, " [", user, "] ", nul, "\n[", secret, "]")
        case "XOAUTH2":
            end = chip("^A")
            return _row("user=[", user, "] ", end, "\nauth=Bearer [", secret, "] ", end, " ", end)
        case "OAUTHBEARER":
            end = chip("^A")
            place = ("host= … port= ", "$quiet")
            return _row(
                "n,a=[", user, "], ", end, " ", place, end, "\nauth=Bearer [", secret, "] ", end,
                " ", end,
            )  # fmt: skip
        case "EXTERNAL":
            return _row(("whom to act as: ", "$quiet"), "[", acting_as, "]")
        case "ANONYMOUS":
            return _row(("a trace: ", "$quiet"), "[", user, "]")
        case "CRAM-MD5":
            return _row("[", user, "] [", ("digest of challenge and password", "$quiet"), "]")
        case "DIGEST-MD5":
            proof = ("digest of both nonces and password", "$quiet")
            return _row("username=[", user, "] … response=[", proof, "]")
        case _:
            nonce, proof = ("our nonce", "$quiet"), ("proof", "$quiet")
            return _row("n=[", user, "] r=[", nonce, "]", ("  then  ", "$quiet"), "p=[", proof, "]")


def foreign(text: str) -> Content:
    """Typed text with control characters as chips."""
    return Content("").join(
        chip(piece) if hidden else Content(piece) for piece, hidden in pieces(text)
    )


def chip(name: str) -> Content:
    """A control character by its name, set off from text."""
    return Content.styled(name, "$background on $secondary")


def _row(*parts: _Piece) -> Content:
    return Content.assemble(*parts)


def _part(text: str) -> Content:
    return foreign(text) if text else Content.styled("none", "$warning")


def _named(name: str, text: str) -> Content:
    return Content.assemble((f"{name} ", "$quiet"), foreign(text) if text else "∅")


def _secret(text: str, *, revealed: bool) -> Content:
    if not text:
        return Content.styled("none", "$warning")
    if revealed:
        return foreign(text)
    count = len(octets("password", text))
    return Content(f"{_DOTS} {count} octet{'' if count == 1 else 's'}")
