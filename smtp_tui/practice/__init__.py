"""The practice server: a Gmail-mannered SMTP server on loopback."""
