"""The keys of the message editor, by ids of their own; those of sending and of the way back."""

from __future__ import annotations

from collections.abc import Mapping

from textual.binding import Binding

MESSAGE_KEYS: Mapping[str, Binding] = {
    f"message-{id}": Binding(keys, id, shown, tooltip=tooltip, priority=True, id=f"message-{id}")
    for id, keys, shown, tooltip in (
        ("way", "f5", "DATA/BDAT", "send it by DATA, by BDAT in chunks, or as it is"),
        ("template", "f2", "Template", "begin with another text"),
        ("open", "f3", "Open", "take a file as the message"),
        ("save", "ctrl+s", "Save", "keep the message in a file"),
        ("attach", "f6", "Attach", "put a file beside the text"),
        ("editor", "f4", "$EDITOR", "let another program have the message"),
        ("leave", "escape", "Back", "back to the session; what is being sent is stopped"),
    )
}
"""What works in the message editor only, by id; the action is the word behind the dash."""

SHARED_KEYS: Mapping[str, Binding] = {
    "send": Binding("f8,ctrl+j", "send", "Send", priority=True, id="send"),
    "envelope": Binding("shift+f9", "envelope", "Envelope", priority=True, id="envelope"),
    "message": Binding("f9", "back", "Back", priority=True, id="message"),
}
"""Keys of actions of the whole window that mean the message here."""
