"""One spider a file: file name, spider name and class name agree (``greenhouse``, ``GreenhouseSpider``)."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scraper.platforms.board import BoardSpider


def spider_names() -> list[str]:
    """Names of all spiders, sorted, without importing any of them."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def spider_class(name: str) -> type[BoardSpider]:
    """The spider of a platform; raises ImportError for an unknown name."""
    module = import_module(f"{__name__}.{name}")
    found: type[BoardSpider] = getattr(module, "".join(part.title() for part in name.split("_")) + "Spider")
    return found
