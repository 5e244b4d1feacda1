"""Credentials: one generator per SASL mechanism, without input or output."""
