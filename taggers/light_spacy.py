"""spaCy without its command line: a third of its import goes into commands that download, train and convert models.

spaCy's ``__init__`` takes ``info`` from there. While it is imported, placeholders stand in the command line's place;
behind it ``import spacy.cli`` gives the real one.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from types import ModuleType
from typing import Any

_COMMANDS = ("spacy.cli", "spacy.cli.info")


def _info(*args: Any, **options: Any) -> Any:
    """``spacy.info``, loaded when it is called."""
    from spacy.cli.info import info

    return info(*args, **options)


def import_spacy() -> None:
    """Import spaCy, if nobody has."""
    if "spacy" in sys.modules:
        return
    for name in _COMMANDS:
        sys.modules[name] = placeholder = ModuleType(name)
        vars(placeholder).update(__path__=[], info=_info)
    with suppress(ImportError):
        import spacy
    for name in _COMMANDS:
        del sys.modules[name]
    import spacy  # noqa: F401  # as it comes, where a later version needs more of its command line
