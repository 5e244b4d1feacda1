"""The language: SMTP as bytes, replies and state; standard library only, no input or output."""
