"""`python -m voiceagent`: the command line."""

from voiceagent.cli.main import main

__all__: list[str] = []

if __name__ == "__main__":
    main()
