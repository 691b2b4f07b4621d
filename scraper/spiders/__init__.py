"""One spider a file: file name, spider name and class name agree (``greenhouse``, ``GreenhouseSpider``)."""

from __future__ import annotations

import pkgutil


def spider_names() -> list[str]:
    """Names of all spiders, sorted, without importing any of them."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))
