"""What a command of `wangge` fails with when nothing is wrong with `wangge` itself."""


class CommandFailed(Exception):
    """The command cannot be done; the message says why and what to do, and is all that is shown."""
