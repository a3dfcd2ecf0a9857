"""`voiceagent` and `python -m voiceagent`: the command line."""

import os
import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    # `-m` looks into the folder one stands in first: it may be a stranger's.
    if sys.path[0] != os.path.dirname(os.path.dirname(os.path.abspath(__file__))):
        del sys.path[0]

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
