"""The tools that a session can be copied for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from smtp_tui.transcript.excerpt import Excerpt
from smtp_tui.transcript.tools import curl, s_client, smtplib_program, swaks
from smtp_tui.transcript.tools.plan import Plan, plan
from smtp_tui.wire.target import Target


@dataclass(frozen=True, slots=True)
class Tool:
    """``what`` says in words what is made."""

    name: str
    what: str
    write: Callable[[Plan], str]


TOOLS: Mapping[str, Tool] = MappingProxyType(
    {
        each.name: each
        for each in (
            Tool("swaks", "swaks command", swaks.write),
            Tool("openssl", "pipeline into openssl s_client", s_client.write),
            Tool("curl", "curl command", curl.write),
            Tool("smtplib", "Python program with smtplib", smtplib_program.write),
        )
    }
)


def written(name: str, excerpt: Excerpt, target: Target) -> str:
    """What that tool is told to do the same; raises ``ToolError`` where it cannot."""
    return TOOLS[name].write(plan(excerpt, target))
