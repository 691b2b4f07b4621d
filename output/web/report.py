"""``report.html`` as ``rolecall serve`` shows it: each ad leads to its page here, not to its board."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import quote

_AD = re.compile(r'<a data-posting="(?P<id>[^"]*)"[^>]*>')
"""As the template of the report writes it, which escapes what stands inside."""

_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="(?P<policy>[^"]*)">')


def linked_report(path: Path) -> tuple[str, str]:
    """(the page with links to ``/posting/ID``, the content security policy it was written with).

    Raises OSError where the file cannot be read.
    """
    page = path.read_text(encoding="utf-8")
    policy = _POLICY.search(page)
    own = unescape(policy["policy"]) if policy else "default-src 'none'"
    linked = _AD.sub(lambda ad: f'<a href="/posting/{quote(unescape(ad["id"]))}">', page)
    return linked, f"{own}; frame-ancestors 'none'"
