"""What the command line becomes when a ready command or parameter is chosen."""

from __future__ import annotations

import pytest

from smtp_tui.smtp.keywords import Insert, Place
from smtp_tui.workbench.inserts import inserted


@pytest.mark.parametrize(
    ("typed", "text", "place", "line"),
    [
        ("", "SIZE=", Place.MAIL, "MAIL FROM:<me@example.org> SIZE="),
        ("", "NOTIFY=NEVER", Place.RCPT, "RCPT TO:<someone@example.org> NOTIFY=NEVER"),
        ("mail from:<a@b.test>", "RET=HDRS", Place.MAIL, "mail from:<a@b.test> RET=HDRS"),
        ("MAIL FROM: <a@b.test> ", "PRDR", Place.MAIL, "MAIL FROM: <a@b.test> PRDR"),
        ("MAIL FROM:<a@b.test> RET=FULL SIZE=5", "RET=HDRS", Place.MAIL,
         "MAIL FROM:<a@b.test> SIZE=5 RET=HDRS"),
        ("MAIL FROM:<a@b.test>", "NOTIFY=NEVER", Place.RCPT,
         "RCPT TO:<someone@example.org> NOTIFY=NEVER"),
        ("RCPT TO:<a@b.test>", "ORCPT=rfc822;", Place.RCPT, "RCPT TO:<a@b.test> ORCPT=rfc822;"),
        ("MAIL FROM:", "PRDR", Place.MAIL, "MAIL FROM:<me@example.org> PRDR"),
        ("NOOP", "ETRN #", Place.COMMAND, "ETRN #"),
        ("", "AUTH PLAIN", Place.COMMAND, "AUTH PLAIN {PLAIN}"),
        ("", "AUTH LOGIN", Place.COMMAND, "AUTH LOGIN"),
    ],
)  # fmt: skip
def test_a_parameter_joins_its_line_and_a_command_is_a_line(
    typed: str, text: str, place: Place, line: str
) -> None:
    assert inserted(typed, Insert(text, place, "")) == line


def test_the_sender_is_the_user_where_that_is_an_address() -> None:
    insert = Insert("SIZE=", Place.MAIL, "")
    assert inserted("", insert, user="u@example.org") == "MAIL FROM:<u@example.org> SIZE="
    assert inserted("", insert, user="u") == "MAIL FROM:<me@example.org> SIZE="
