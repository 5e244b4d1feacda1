"""Tests of the window wait until it has done all it was asked."""

from __future__ import annotations

from tests import quiet

quiet.install()
