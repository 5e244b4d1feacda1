"""Puts a file into a message beside its text (RFC 2046 5.1.3)."""

from __future__ import annotations

import mimetypes

from smtp_tui.smtp.visible import visible


def attach(message: bytes, name: str, content: bytes) -> bytes:
    """The message as multipart/mixed, with the file as its last part, in CRLF lines.

    ``name`` is the file's name without a path. Whatever the message is, the result is one; a
    header that nobody can read is kept as text.
    """
    from email import policy
    from email.message import EmailMessage
    from email.parser import BytesParser

    rules = policy.SMTP.clone(cte_type="8bit", refold_source="none")
    parsed = BytesParser(EmailMessage, policy=rules).parsebytes(message)
    if parsed.get_content_type() != "multipart/mixed" or not parsed.is_multipart():
        empty = parsed.get_content_maintype() == "multipart" and not parsed.is_multipart()
        if "content-type" not in parsed or empty:
            del parsed["content-type"]
            parsed.set_type("text/plain")
        parsed.make_mixed()
    if "mime-version" not in parsed:
        parsed["MIME-Version"] = "1.0"
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    main, sub = kind.split("/", 1)
    if main in ("message", "multipart"):
        main, sub = "application", "octet-stream"
    parsed.add_attachment(content, maintype=main, subtype=sub, filename=visible(name))
    return parsed.as_bytes(policy=rules)
