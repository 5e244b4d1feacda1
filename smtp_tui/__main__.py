"""Run the command line: ``python -m smtp_tui``."""

from smtp_tui.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
