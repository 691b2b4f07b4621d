"""The user's own mistakes."""


class UserError(Exception):
    """Wrong input or usage: the message says what is wrong, where, and what to do. Shown without a traceback."""
