"""The faults of the practice server by name, and the command line that takes them."""

from __future__ import annotations

import pytest

from smtp_tui.cli import main
from smtp_tui.practice.faults import FAULTS, Fault, FaultError, combined, named


def test_every_fault_says_in_a_sentence_what_the_server_does() -> None:
    assert set(FAULTS) == set(Fault)
    for facts in FAULTS.values():
        assert facts.does.startswith(("It", "Plain text"))
        assert facts.does.endswith(".")
        assert facts.seen


def test_a_misspelt_fault_is_told_with_the_nearest() -> None:
    with pytest.raises(FaultError, match="no fault drop-in-dta; did you mean drop-in-data"):
        named("drop-in-dta")


def test_an_unknown_fault_is_told_with_all_that_are_known() -> None:
    with pytest.raises(FaultError) as raised:
        named("xyzzy")
    assert "there is no fault xyzzy" in str(raised.value)
    assert all(fault.value in str(raised.value) for fault in Fault)


def test_faults_of_different_aspects_combine() -> None:
    both = combined([Fault.SLOW_BANNER, Fault.EXPIRED_CERT, Fault.EXPIRED_CERT])
    assert both.names == "expired-cert, slow-banner"
    assert Fault.SLOW_BANNER in both
    assert Fault.INJECT not in both
    assert not combined([])


def test_faults_of_one_aspect_exclude_each_other() -> None:
    with pytest.raises(FaultError, match="expired-cert and self-signed exclude each other"):
        combined([Fault.EXPIRED_CERT, Fault.SELF_SIGNED])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["practice", "--fault", "nonsense"], "there is no fault nonsense; these are known: exp"),
        (["--practice", "--fault", "nonsense"], "there is no fault nonsense"),
        (["run", "x.smtp", "--practice", "--fault", "nonsense"], "there is no fault nonsense"),
        (["practice", "--fault", "inject", "--fault", "no-starttls"], "exclude each other"),
        (["smtp.example.org", "--fault", "inject"], "say --practice too"),
        (["run", "x.smtp", "smtp.example.org", "--fault", "inject"], "say --practice too"),
    ],
)
def test_faults_that_make_no_sense_are_wrong_usage(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line


def test_an_unknown_fault_names_the_help_that_says_what_each_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["run", "x.smtp", "--practice", "--fault", "nonsense"]) == 2
    told = capsys.readouterr().err
    assert told.endswith("; smtp-tui practice --help says what each does\n")
    assert told.count("--help") == 1


def test_the_help_of_the_practice_server_lists_every_fault(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["practice", "--help"]) == 0
    shown = capsys.readouterr().out
    assert all(fault.value in shown and facts.does in shown for fault, facts in FAULTS.items())
    assert "the faults are listed below" in " ".join(shown.split())
    assert "practice --help" not in shown
