"""The user's own mistakes."""


class UserError(Exception):
    """Wrong input or usage: the message says what is wrong, where, and what to do. Shown without a traceback."""


class QueueError(UserError):
    """The queue of boards in Redis cannot be used; the message names it and says what to do."""


class QueueBusyError(QueueError):
    """Another crawl has its boards in the queue."""
