"""The health rules: what makes a source that was well not well, each as a method of a spidermon monitor."""

from __future__ import annotations

from spidermon import Monitor, MonitorSuite, monitors

from health.history import OK, History


@monitors.name("health of a source")
class SourceMonitor(Monitor):  # type: ignore[misc]  # spidermon is shipped without types
    """Each rule passes, fails with its reason, or is skipped where a failed run lets it say nothing."""

    longMessage = False

    @property
    def history(self) -> History:
        """The source's runs; the monitor is named after the source."""
        history: History = self.data.histories[self.monitor_name]
        return history

    def test_failure_class(self) -> None:
        """The last run has not failed, or not often enough in a row."""
        last, n_failed = self.history.last, self.history.n_failed
        n_too_many = self.history.rules.n_failures(last.outcome)
        if last.outcome in OK and not n_too_many:
            return
        if not n_too_many or n_failed < n_too_many:
            self.skipTest(f"{last.outcome}, failed {n_failed} times in a row: too few to tell")
        self.fail(last.detail or last.outcome)

    def test_number_of_ads(self) -> None:
        """Neither far fewer nor far more ads than usual."""
        self._skip_unless_whole()
        counts = self.history.rules.counts
        for name, words in (("n_found", "ads"), ("n_kept", "legal ads")):
            n, usual = getattr(self.history.last, name), self.history.usual(name) or 0
            is_usual = usual * counts.min_share <= n <= usual * counts.max_share
            if usual >= counts.min_usual and not is_usual:
                self.fail(f"{n} {words}, usual are {usual:g}")

    def test_filled_fields(self) -> None:
        """The ads say as much as they usually do, and the least that is expected of any."""
        self._skip_unless_whole()
        rules = self.history.rules.coverage
        if self.history.last.n_kept < rules.min_ads:
            return
        usual = self.history.usual_shares()
        for name, share in self.history.last.shares().items():
            least = max(rules.least.get(name, 0.0), usual.get(name, 0.0) - rules.max_drop)
            if share < least:
                self.fail(f"{name} filled in {share:.0%} of the legal ads, at least {least:.0%} are expected")

    def _skip_unless_whole(self) -> None:
        if self.history.last.outcome not in OK:
            self.skipTest("the board was not read wholly")


def suite_of(names: list[str], actions: list[object]) -> MonitorSuite:
    """The rules for each of the sources, and what is done when all are through."""
    rules = [(name, SourceMonitor) for name in names]
    return MonitorSuite(name="sources", monitors=rules, monitors_finished_actions=actions)
