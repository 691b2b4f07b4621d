"""What else a job could be called."""

from __future__ import annotations

from scraper.items import Posting
from taggers.reading import NO_ROLE
from taggers.titles import claimed_roles, title_rules


def other_titles(posting: Posting) -> list[str]:
    """Titles for the role that the duties describe, best first; for a hybrid also one that names both roles.

    Empty where the title names that role already, or where there is no role to name.
    """
    role, second = posting.role or NO_ROLE, posting.second_role
    if role == NO_ROLE or not posting.n_matched_duties:
        return []
    title = posting.title or ""
    claimed = claimed_roles(title)
    found = [] if role in claimed else [retitled(title, role)]
    if posting.is_hybrid and second and not {role, second} <= set(claimed):
        found.append(f"{role.title()} / {second.title()}")
    return found


def retitled(title: str, role: str) -> str:
    """The title with the role it claims replaced, so that rank and field stay; else the role alone.

    ``Senior Legal Assistant, Real Estate`` for a paralegal gives ``Senior Paralegal, Real Estate``.
    """
    claimed = claimed_roles(title)
    if len(claimed) != 1:
        return role.title()
    found = max(title_rules().claims[claimed[0]].finditer(title), key=lambda match: len(match[0]), default=None)
    if found is None:
        return role.title()
    name = role.upper() if title.isupper() else role.title()
    return f"{title[: found.start()]}{name}{title[found.end() :]}"
