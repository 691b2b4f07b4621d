"""After a run: look at the sources, and tell which have turned."""

from __future__ import annotations

from datetime import datetime

from health.settings import Notify
from store import Store


def tell_turns(store: Store, names: list[str], notify: Notify, now: datetime) -> list[str]:
    """Put the rules to the sources' last runs and tell on every channel which sources have turned.

    Returns what could not be told, one line a channel. spidermon is imported here alone: without channels nobody
    needs it.
    """
    from spidermon import MonitorRunner

    from health.actions import actions_of
    from health.history import histories
    from health.monitors import suite_of
    from health.rules import load_rules

    found = {history.source: history for history in histories(store, names, load_rules(notify.rules))}
    actions = actions_of(store, notify, now)
    if not found or not actions:
        return []
    result = MonitorRunner().run(suite_of(list(found), list(actions)), histories=found)
    broken = [each.error for each in result.monitors_finished_action_results if each.error]
    if broken:
        raise RuntimeError(broken[0])
    return [action.problem for action in actions if action.problem]


def tell_test(store: Store, notify: Notify, now: datetime) -> list[str]:
    """Send a message that says nothing on every channel; returns what could not be told, one line a channel."""
    from health.actions import actions_of
    from health.turns import Notice

    actions = actions_of(store, notify, now)
    for action in actions:
        action.tell(Notice(store.name, []))
    return [action.problem for action in actions if action.problem]
