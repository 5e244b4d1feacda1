"""A survey for programs: one JSON object, bounded, every foreign text safe in any terminal.

``target``               where it led, as ``host:port``
``address``              the address that answered; null when none did
``mode``                 ``none``, ``starttls`` or ``implicit``
``greeting``             the reply, a line for each of its lines; null when none came
``hello``                ``EHLO``, ``LHLO`` or ``HELO``, whichever was accepted; null when none was
``extensions``           ``before_tls`` and ``after_tls``: keyword to list of arguments; null where
                         the server was not asked
``auth``                 the mechanisms that hold in the end
``auth_before_tls``      the mechanisms offered in clear; null where it was not asked
``tls``                  ``version``, ``cipher``, ``bits``, ``group``, ``signature``, ``alpn`` (null
                         without a handshake), ``verified`` (null where no TLS was wanted),
                         ``error`` (a sentence, or null), ``client_certificate_wanted``,
                         ``checks`` (``check``, ``passed`` or null when not checked, ``reason``)
                         and ``chain``, leaf first (``subject``, ``issuer``, ``full_subject``,
                         ``full_issuer``, ``names``, ``more_names``, ``not_before``,
                         ``not_after``, ``serial``, ``key``, ``signature``, ``sha256``,
                         ``spki_sha256``, ``problem``)
``alarms``               what is wrong with server or network: ``text``, and ``data`` that shows it
``remarks``              what is good or doubtful in the offer: ``kind``, ``text``, ``rfc``
``notes``                what else is worth knowing, as sentences
``timings_ms``           ``dns tcp greeting ehlo_before_tls starttls tls ehlo_after_tls quit total``
                         in milliseconds, null for what did not happen
``addresses``            each that was tried: ``address``, ``outcome``, ``ms``, ``text``
``truncated``            what of the above was cut because there was too much of it
``outcome``              the exit code: 0, 1, 3, 4 or 5
``error``                why it is not 0, in one sentence; else null
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from smtp_tui.smtp import events as smtp
from smtp_tui.smtp.extensions import Extensions
from smtp_tui.smtp.remarks import remarks
from smtp_tui.smtp.visible import visible
from smtp_tui.transcript.survey import Survey
from smtp_tui.transcript.timings import Outcome, Span, Step, Timings
from smtp_tui.wire.certificates import CertificateFacts, describe
from smtp_tui.wire.events import TlsFacts
from smtp_tui.wire.target import TlsMode
from smtp_tui.wire.verdicts import Outcome as CheckOutcome
from smtp_tui.wire.verdicts import Verdict, judge

_T = TypeVar("_T")
Value = str | int | float | bool | None | Sequence["Value"] | Mapping[str, "Value"]

MOST_KEYWORDS = 200
MOST_CERTIFICATES = 20
_MOST_WORDS = 64
_MOST_LINES = 50
_LONGEST = 512

_NO_HANDSHAKE = TlsFacts("", "", 0, (), False)
_PASSED = {CheckOutcome.PASSED: True, CheckOutcome.FAILED: False, CheckOutcome.UNCHECKED: None}


def document(survey: Survey) -> dict[str, Value]:
    """The whole object."""
    return _Writer(survey).document()


class _Writer:
    """Writes one survey; notes what it cuts."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._cut: dict[str, None] = {}

    def document(self) -> dict[str, Value]:
        survey = self._survey
        before, after = survey.before_tls, survey.after_tls
        return {
            "target": visible(survey.target.place),
            "address": visible(survey.address) or None,
            "mode": survey.target.tls.value,
            "greeting": self._greeting(survey.greeting),
            "hello": survey.hello or None,
            "extensions": {
                "before_tls": self._extensions(before, "extensions.before_tls"),
                "after_tls": self._extensions(after, "extensions.after_tls"),
            },
            "auth": self._words(survey.mechanisms, "auth"),
            "auth_before_tls": (
                None if before is None else self._words(before.mechanisms, "auth_before_tls")
            ),
            "tls": self._tls(survey.facts),
            "alarms": [
                {"text": visible(one.text), "data": self._text(one.data, "alarms")}
                for one in survey.alarms
            ],
            "remarks": [
                {"kind": one.kind.value, "text": one.text, "rfc": one.rfc or None}
                for one in remarks(before, after, None)
            ],
            "notes": [visible(note) for note in survey.notes],
            "timings_ms": _timings(survey.timings),
            "addresses": [_attempt(span) for span in _attempts(survey.timings)],
            "truncated": list(self._cut),
            "outcome": int(survey.outcome),
            "error": visible(survey.error) or None,
        }

    def _greeting(self, reply: smtp.Reply | None) -> str | None:
        if reply is None:
            return None
        lines = self._some(reply.lines, _MOST_LINES, "greeting")
        return "\n".join(f"{reply.code} {self._text(line, 'greeting')}".rstrip() for line in lines)

    def _extensions(self, offered: Extensions | None, where: str) -> Value:
        if offered is None:
            return None
        keywords = self._some(list(offered), MOST_KEYWORDS, where)
        return {
            self._text(keyword, where): self._words(offered[keyword].arguments, where)
            for keyword in keywords
        }

    def _tls(self, facts: TlsFacts | None) -> Value:
        survey = self._survey
        wanted = survey.target.tls is not TlsMode.NONE
        said = facts or _NO_HANDSHAKE
        chain = self._some(said.chain, MOST_CERTIFICATES, "tls.chain")
        return {
            "version": visible(said.version) or None,
            "cipher": visible(said.cipher) or None,
            "bits": said.bits or None,
            "group": visible(said.group) or None,
            "signature": visible(said.signature) or None,
            "alpn": visible(said.alpn) or None,
            "verified": said.verified if wanted else None,
            "error": visible(survey.tls_error) or None,
            "client_certificate_wanted": facts.client_asked if facts else None,
            "checks": [_check(verdict) for verdict in judge(said)],
            "chain": [self._certificate(describe(der)) for der in chain],
        }

    def _certificate(self, facts: CertificateFacts) -> Value:
        if facts.more_names:
            self._cut["tls.chain.names"] = None
        return {
            "subject": visible(facts.subject),
            "issuer": visible(facts.issuer),
            "full_subject": visible(facts.full_subject),
            "full_issuer": visible(facts.full_issuer),
            "names": [visible(name) for name in facts.names],
            "more_names": facts.more_names,
            "not_before": _moment(facts.not_before),
            "not_after": _moment(facts.not_after),
            "serial": facts.serial or None,
            "key": visible(facts.key) or None,
            "signature": visible(facts.signature) or None,
            "sha256": facts.sha256,
            "spki_sha256": facts.spki_sha256 or None,
            "problem": facts.problem or None,
        }

    def _words(self, words: Sequence[str], where: str) -> list[Value]:
        return [self._text(word, where) for word in self._some(words, _MOST_WORDS, where)]

    def _text(self, text: str | bytes, where: str) -> str:
        if len(text) > _LONGEST:
            self._cut[where] = None
        return visible(text[:_LONGEST])

    def _some(self, things: Sequence[_T], most: int, where: str) -> Sequence[_T]:
        if len(things) > most:
            self._cut[where] = None
        return things[:most]


def _check(verdict: Verdict) -> Value:
    return {
        "check": verdict.check.value,
        "passed": _PASSED[verdict.outcome],
        "reason": verdict.reason,
    }


def _timings(timings: Timings) -> Value:
    """Milliseconds of each step; of several addresses tried the one that led to the server."""
    find = timings.find
    steps = {
        "dns": find(Step.LOOKUP),
        "tcp": next(_attempts(timings, Outcome.DONE), find(Step.CONNECT)),
        "greeting": find(Step.GREETING),
        "ehlo_before_tls": _hello(timings, in_tls=False),
        "starttls": find(Step.COMMAND, "STARTTLS"),
        "tls": find(Step.HANDSHAKE),
        "ehlo_after_tls": _hello(timings, in_tls=True),
        "quit": find(Step.COMMAND, "QUIT"),
    }
    ended = timings.began if timings.ended is None else timings.ended
    times: dict[str, Value] = {
        name: None if span is None or span.ended is None else _milliseconds(span.seconds(ended))
        for name, span in steps.items()
    }
    return times | {"total": _milliseconds(ended - timings.began)}


def _hello(timings: Timings, *, in_tls: bool) -> Span | None:
    for verb in ("HELO", "EHLO", "LHLO"):
        for name in (verb, f"{verb} again"):
            if span := timings.find(Step.COMMAND, name, in_tls=in_tls):
                return span
    return None


def _attempts(timings: Timings, outcome: Outcome | None = None) -> Iterator[Span]:
    for span in timings.spans:
        if span.step is Step.CONNECT and outcome in (None, span.outcome):
            yield span


def _attempt(span: Span) -> Value:
    tried = span.ended is not None
    return {
        "address": visible(span.subject),
        "outcome": "connected" if span.outcome is Outcome.DONE else span.outcome.value,
        "ms": _milliseconds(span.seconds(0.0)) if tried else None,
        "text": visible(span.text),
    }


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment is not None else None
