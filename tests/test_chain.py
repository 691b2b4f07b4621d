from collections.abc import Iterator

from examples.boards_data import boards
from pipelines.chain import BATCH, Chain
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
    rows = [*ads(BATCH), Posting(source="s", platform="files", posting_id="empty")]
    assert [posting.posting_id for posting in Chain().process(rows)] == [row.posting_id for row in rows]


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
