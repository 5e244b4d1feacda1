"""Commands put together from what was filled in."""

from __future__ import annotations

import pytest

from smtp_tui.smtp import extensions
from smtp_tui.smtp.builders import builders
from smtp_tui.smtp.state import State

STATE = State()._replace(extensions=extensions.parse((b"mail", b"XCLIENT NAME ADDR LOGIN")))


def written(verb: str, **values: str) -> str:
    (builder,) = [each for each in builders(STATE) if each.verb == verb]
    return builder.write({blank.name: values.get(blank.name, "") for blank in builder.blanks})


def test_attributes_are_those_the_server_named_and_encoded() -> None:
    (xclient,) = [each for each in builders(STATE) if each.verb == "XCLIENT"]
    assert [blank.name for blank in xclient.blanks] == ["NAME", "ADDR", "LOGIN"]
    assert (
        written("XCLIENT", NAME="a b+c", ADDR="IPV6:::1") == "XCLIENT NAME=a+20b+2Bc ADDR=IPV6:::1"
    )


def test_without_a_word_of_the_server_the_usual_attributes_are_there() -> None:
    assert written("XFORWARD", HELO="laptop", SOURCE="LOCAL") == "XFORWARD HELO=laptop SOURCE=LOCAL"


@pytest.mark.parametrize("domain", ["example.org", "@example.org", "#queue"])
def test_etrn_takes_each_of_its_forms(domain: str) -> None:
    assert written("ETRN", Domain=domain) == f"ETRN {domain}"


def test_help_needs_no_topic() -> None:
    assert (written("HELP"), written("HELP", Topic="MAIL")) == ("HELP", "HELP MAIL")
