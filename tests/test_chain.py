from collections.abc import Iterator
from dataclasses import asdict

from examples.boards_data import boards
from pipelines.chain import CHUNK, Chain, process_all
from scraper.items import Posting


def ads(n: int) -> Iterator[Posting]:
    texts = [(ad.title, ad.html) for board in boards() for ad in board.ads]
    for number in range(n):
        title, html = texts[number % len(texts)]
        yield Posting(
            source="s",
            platform="files",
            posting_id=str(number),
            row_no=number,
            title=f"{title} {number}",
            description=html,
        )


def test_every_row_comes_out_in_order_legal_or_not() -> None:
    rows = [*ads(60), Posting(source="s", platform="files", posting_id="empty")]
    assert [posting.posting_id for posting in process_all(rows)] == [row.posting_id for row in rows]


def test_two_processes_give_what_one_gives() -> None:
    n = 2 * CHUNK + 5
    assert list(map(asdict, process_all(ads(n), n_jobs=2))) == list(map(asdict, process_all(ads(n))))


def test_postings_are_drawn_as_they_are_needed() -> None:
    drawn = 0

    def counted() -> Iterator[Posting]:
        nonlocal drawn
        for posting in ads(10 * CHUNK):
            drawn += 1
            yield posting

    next(process_all(counted()))
    assert drawn == CHUNK


def test_the_chain_is_the_crawls_pipelines_less_the_rejecting_and_storing_ones() -> None:
    names = [type(pipeline).__name__ for pipeline in Chain().pipelines]
    assert names == [
        "CleanTextPipeline",
        "ParseDatesPipeline",
        "LocatePipeline",
        "ParsePayPipeline",
        "ReadEmploymentPipeline",
        "GroupDuplicatesPipeline",
        "TagRolePipeline",
    ]
