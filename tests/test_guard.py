import pytest
from scrapy import Request
from twisted.internet.error import DNSLookupError

from pipelines.chain import CountedStats
from scraper.guard import AddressGuardMiddleware, ForbiddenAddress, GuardedResolver, is_forbidden


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "[::1]",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:10.0.0.1",
    ],
)
def test_addresses_that_are_not_public_are_forbidden(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROLECALL_ALLOW_LOOPBACK", raising=False)
    assert is_forbidden(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "jobs.example", ""])
def test_public_addresses_and_names_are_not(address: str) -> None:
    assert not is_forbidden(address)


@pytest.mark.parametrize(
    ("address", "forbidden"), [("127.0.0.1", False), ("::1", False), ("10.0.0.1", True), ("169.254.169.254", True)]
)
def test_the_environment_lets_only_loopback_through(
    address: str, forbidden: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLECALL_ALLOW_LOOPBACK", "1")
    assert is_forbidden(address) is forbidden


def test_the_middleware_refuses_literal_addresses_and_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROLECALL_ALLOW_LOOPBACK", raising=False)
    stats = CountedStats()
    middleware = AddressGuardMiddleware(stats)
    with pytest.raises(ForbiddenAddress, match=r"169\.254\.169\.254 is not a public address"):
        middleware.process_request(Request("http://169.254.169.254/latest/meta-data"))
    middleware.process_request(Request("https://boards.example/jobs"))
    assert stats.counts["address_guard/refused"] == 1


def test_the_resolver_refuses_names_that_point_inside() -> None:
    resolver = GuardedResolver.__new__(GuardedResolver)
    with pytest.raises(DNSLookupError, match=r"inside\.example resolves to 192\.168\.0\.7"):
        resolver._checked("192.168.0.7", "inside.example")
    assert resolver._checked("93.184.216.34", "outside.example") == "93.184.216.34"
