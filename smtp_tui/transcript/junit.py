"""The report of plays for a build server: JUnit's XML, a test suite a server, a case a reply.

A reply that was not as expected is a failure, one that was never waited for is skipped; what went
wrong beyond the replies is a case of its own, in error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from smtp_tui.transcript import sentences
from smtp_tui.transcript.course import Outcome, Result
from smtp_tui.transcript.masking import Veil
from smtp_tui.transcript.script import Script
from smtp_tui.transcript.xml_text import escaped


@dataclass(frozen=True, slots=True)
class Suite:
    """One play: against which server, how it went; ``answered`` gives the seconds by line number.

    ``seconds`` is what all of it took.
    """

    place: str
    result: Result
    answered: Mapping[int, float | None]
    seconds: float


def document(file: str, script: Script, suites: Iterable[Suite], veil: Veil) -> str:
    """All suites as one XML document; nothing in it is a secret."""
    return "".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n',
            *(_suite(file, script, suite, veil) for suite in suites),
            "</testsuites>\n",
        )
    )


def _suite(file: str, script: Script, suite: Suite, veil: Veil) -> str:
    cases = list(_cases(file, script, suite, veil))
    counts = {
        kind: sum(f"<{element}" in case for case in cases)
        for kind, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
    }
    numbers = " ".join(f'{kind}="{count}"' for kind, count in counts.items())
    return (
        f'<testsuite name="{escaped(veil.visible(suite.place))}" tests="{len(cases)}" {numbers}'
        f' time="{suite.seconds:.3f}">\n{"".join(cases)}</testsuite>\n'
    )


def _cases(file: str, script: Script, suite: Suite, veil: Veil) -> Iterator[str]:
    result = suite.result
    failures = {each.number: each for each in result.failures}
    for wanted in script.expected:
        name = f"line {wanted.number}: S: {wanted.pattern}"
        failure = failures.pop(wanted.number, None)
        if failure is not None:
            outcome = _element("failure", sentences.failure(failure, veil))
        elif wanted.number not in suite.answered:
            outcome = "<skipped/>"
        else:
            outcome = ""
        yield _case(file, name, suite.answered.get(wanted.number), outcome, veil)
    for failure in failures.values():
        sentence = sentences.failure(failure, veil)
        yield _case(file, f"line {failure.number}", None, _element("failure", sentence), veil)
    if result.trouble:
        trouble = _element("error", veil.visible(result.trouble))
        yield _case(file, _NAMES.get(result.outcome, "the whole"), None, trouble, veil)


_NAMES = {
    Outcome.NO_CONNECTION: "connection",
    Outcome.TLS_FAILED: "TLS",
    Outcome.PROTOCOL_BROKEN: "protocol",
}


def _case(file: str, name: str, seconds: float | None, outcome: str, veil: Veil) -> str:
    time = f' time="{seconds:.3f}"' if seconds is not None else ""
    head = f'<testcase classname="{escaped(veil.visible(file))}" name="{escaped(name)}"{time}'
    return f"{head}>{outcome}</testcase>\n" if outcome else f"{head}/>\n"


def _element(name: str, sentence: str) -> str:
    return f'<{name} message="{escaped(sentence)}">{escaped(sentence)}</{name}>'
