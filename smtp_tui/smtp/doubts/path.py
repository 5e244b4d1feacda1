"""Doubts about what follows MAIL FROM: and RCPT TO:, up to the parameters (RFC 5321 4.1.2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from smtp_tui.smtp.doubts import mailbox
from smtp_tui.smtp.doubts.doubt import Advice, Severity
from smtp_tui.smtp.paths import QUOTED, path_end

_RFC = "RFC 5321 4.1.2"


def _any_of(characters: str) -> bytes:
    return b"|".join(re.escape(each.encode()) for each in characters)


_INVISIBLE = re.compile(_any_of("\u200b\u2060\ufeff\u00ad"))
_HARD_SPACE = re.compile(_any_of("\u00a0\u202f\u3000"))
_OPENING = rb"(?:&lt;|" + _any_of("«‹“„‟‘＜〈⟨《❮❰≪") + rb")"
_CLOSING = rb"(?:&gt;|" + _any_of("»›”“’＞〉⟩》❯❱≫") + rb")"
_INNER = rb"((?:(?!" + _CLOSING + rb")[^\s<>])+)"
_ALIKE = re.compile(
    rb"(?:" + _OPENING + rb"\s*" + _INNER + rb"\s*(?:>|" + _CLOSING + rb")?"
    rb"|<\s*" + _INNER + rb"\s*" + _CLOSING + rb")(?=\s|\Z)"
)  # fmt: skip
_IN_OTHERS = re.compile(
    rb"""(?:"([^\s<>"]+@[^\s<>"]+)"|'([^\s<>']+@[^\s<>']+)'"""
    rb"""|\(([^\s<>()]+@[^\s<>()]+)\)|\[([^\s<>\[\]]+@[^\s<>\[\]]+)\])(?=\s|\Z)"""
)
_DOUBLED = re.compile(rb"(?:<\s*+){2,}+([^<>]*)(?:>\s*)*>")
_NAME_INSIDE = re.compile(rb'<(?:\s*"[^"<>]*"\s*|[^<>@"]*)<([^<>]*)>(?:\s*>)*')
_NAME_BEFORE = re.compile(rb"(?:" + QUOTED + rb'|[^<>@",;]+)\s*(<[^<>]*>)', re.DOTALL)
_PARAMETER = re.compile(rb"[A-Za-z0-9][A-Za-z0-9-]*(?:=\S*)?")
_ANOTHER = re.compile(rb"(?<![^\s,;])<[^<>=]*>|(?<![^\s,])[^\s,=]*@")
_STRAY = re.compile(rb"[,;.]+(?=\s|\Z)")

Rule = Callable[[bytes], Advice | None]


def doubt(path: bytes) -> Advice | None:
    """The first thing doubtful about a path and what follows it.

    ``path`` begins behind the colon and its spaces; the fix is what should stand in its place.
    """
    return next((found for rule in _RULES if (found := rule(path)) is not None), None)


def is_missing(path: bytes) -> bool:
    """Whether no address is there, but parameters or nothing."""
    word = path.split(None, 1)[0] if path.strip() else b""
    return not word.strip(b",;") or (b"=" in word and b"@" not in word and word[:1] != b"<")


def _warning(text: str, fix: bytes | None = None) -> Advice:
    return Advice(Severity.WARNING, text, _RFC, fix)


# The rules, in the order in which they are asked


def _pasted_along(path: bytes) -> Advice | None:
    clean = _HARD_SPACE.sub(b" ", _INVISIBLE.sub(b"", path))
    if clean == path:
        return None
    return _warning("an invisible character came along when this was pasted", clean)


def _alike(path: bytes) -> Advice | None:
    for form in (_ALIKE, _IN_OTHERS):
        if (found := form.match(path)) is not None:
            address = next(filter(None, found.groups()))
            fixed = b"<" + address + b">" + path[found.end() :]
            return _warning("the address stands in < and >, not in look-alikes", fixed)
    return None


def _name(path: bytes) -> Advice | None:
    inside = _NAME_INSIDE.match(path) if path[:1] == b"<" else None
    if inside is not None and not inside[0][1:].lstrip().startswith(b"<"):
        fixed = b"<" + inside[1] + b">" + path[inside.end() :]
    elif path[:1] != b"<" and (before := _NAME_BEFORE.match(path)) is not None:
        fixed = path[before.start(1) :]
    else:
        return None
    if mailbox.is_several(fixed):
        return mailbox.SEVERAL
    return _warning("a name belongs to the header From: or To:; here only the address", fixed)


def _doubled(path: bytes) -> Advice | None:
    found = _DOUBLED.match(path)
    if found is None:
        return None
    return _warning("one < and one > are enough", b"<" + found[1] + b">" + path[found.end() :])


def _open(path: bytes) -> Advice | None:
    if path[:1] != b"<" or path_end(path) is not None:
        return None
    inside, *words = path.split()
    if mailbox.is_several(path):
        return mailbox.SEVERAL
    fix = None
    if all(_PARAMETER.fullmatch(word) for word in words) and b"@" in inside:
        fix = b" ".join((inside + b">", *words))
    elif not words:
        fix = inside + b">"
    return Advice(Severity.NOTE, "the > is missing", _RFC, fix)


def _bare(path: bytes) -> Advice | None:
    if path[:1] == b"<":
        return None
    if mailbox.is_several(path):
        return mailbox.SEVERAL
    if is_missing(path):
        return Advice(Severity.NOTE, "the address is missing, in < and >", _RFC)
    end = path_end(path)
    word = path[:end].rstrip(b",;")
    fixed = b"<" + word + b">" + path[end:] if word else b""
    certain = word and b">" not in word and (b"@" in word or end == len(path))
    return _warning("the address should stand in <>", fixed if certain else None)


def _inside(path: bytes) -> Advice | None:
    end = path_end(path)
    found = mailbox.doubt(path[1 : end - 1]) if end is not None else None
    if end is None or found is None:
        return None
    fix = b"<" + found.fix + b">" + path[end:] if found.fix is not None else None
    return replace(found, fix=fix)


def _behind(path: bytes) -> Advice | None:
    end = path_end(path) or 0
    address, tail = path[:end], path[end:]
    if _ANOTHER.search(tail):
        return mailbox.SEVERAL
    if tail[:1] in (b"", b" ", b"\t"):
        return None
    if tail[:1] == b">":
        return _warning("one < and one > are enough", address + tail.lstrip(b">"))
    if (stray := _STRAY.match(tail)) is not None:
        return _warning("nothing but a space may follow the >", address + tail[stray.end() :])
    if _PARAMETER.match(tail) is not None:
        return _warning("a space is missing behind the >", address + b" " + tail)
    return _warning("nothing but a space may follow the >")


_RULES: tuple[Rule, ...] = (
    _pasted_along, _alike, _name, _doubled, _open, _bare, _behind, _inside,
)  # fmt: skip
