"""Stages: which capabilities the server named before TLS, inside it, after AUTH, after XCLIENT."""

from __future__ import annotations

from dataclasses import dataclass, replace

from smtp_tui.smtp.extensions import Extensions
from smtp_tui.smtp.state import Hello, Security, State

TITLES = ("before TLS", "after TLS", "after AUTH", "after XCLIENT")
"""The stages by name, in their order."""


@dataclass(frozen=True, slots=True)
class Stages:
    """What was named at each stage; None where the server was not asked there.

    ``elsewhere``: XCLIENT was welcome and nothing changed since, so that an answer to EHLO belongs
    to its stage. ``coded``: some reply carried an enhanced status code.
    """

    before_tls: Extensions | None = None
    after_tls: Extensions | None = None
    after_auth: Extensions | None = None
    after_xclient: Extensions | None = None
    elsewhere: bool = False
    coded: bool = False

    @property
    def all(self) -> tuple[Extensions | None, ...]:
        """Each, in the order of ``TITLES``."""
        return (self.before_tls, self.after_tls, self.after_auth, self.after_xclient)

    @property
    def heard(self) -> tuple[tuple[str, Extensions], ...]:
        """Those that were asked for, with their names."""
        pairs = zip(TITLES, self.all, strict=True)
        return tuple((title, offered) for title, offered in pairs if offered is not None)

    def hear(self, before: State, now: State) -> Stages:
        """The stages after the state of the session changed."""
        stages = self
        if before.security is not now.security or before.identity != now.identity:
            stages = replace(stages, elsewhere=False)
        # a new object is a new answer: AUTH and MAIL leave the old one in its place
        asked = now.hello is not None and now.hello is not Hello.HELO
        if not asked or now.extensions is before.extensions:
            return stages
        if stages.elsewhere:
            return replace(stages, after_xclient=now.extensions)
        if now.identity is not None:
            return replace(stages, after_auth=now.extensions)
        if now.security is Security.TLS:
            return replace(stages, after_tls=now.extensions)
        return replace(stages, before_tls=now.extensions)
