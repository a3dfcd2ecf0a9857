"""`voiceagent` and `python -m voiceagent`: the command line."""

import os
import signal

__all__ = ["main"]


def main() -> None:
    """Run the command line; Ctrl-C while it loads ends it without a word."""
    os.umask(0o077)  # what is kept and written is for this user alone
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    from voiceagent.cli.main import main as run

    signal.signal(signal.SIGINT, before)
    run()


if __name__ == "__main__":
    main()
