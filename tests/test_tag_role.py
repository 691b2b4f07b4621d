"""Ads of a crawl are tagged in batches, and wait for each other no longer than a moment."""

import asyncio
from collections.abc import Sequence

import pytest
from spacy.language import Language

from pipelines import tag_role
from pipelines.tag_role import BATCH, TagRolePipeline
from scraper.items import Posting

TEXT = "Responsibilities\n- Draft motions\n- Interview clients\n- Organize case files for trial"


def posting(number: int) -> Posting:
    return Posting(source="s", platform="p", posting_id=f"p:{number}", ref=str(number), title="Paralegal", text=TEXT)


class Counting(TagRolePipeline):
    """Remembers the sizes of its batches; cannot tag the ad with the ref 3."""

    def __init__(self, nlp: Language) -> None:
        super().__init__(nlp)
        self.sizes: list[int] = []

    def process_items(self, items: Sequence[Posting]) -> Sequence[Posting]:
        self.sizes.append(len(items))
        if any(item.ref == "3" for item in items):
            raise ValueError("cannot be tagged")
        return super().process_items(items)


@pytest.fixture(scope="module")
def nlp() -> Language:
    return tag_role.shared_nlp()


async def tagged(pipeline: TagRolePipeline, numbers: range) -> list[Posting | BaseException]:
    coroutines = (pipeline.process_item(posting(number)) for number in numbers)
    return await asyncio.wait_for(asyncio.gather(*coroutines, return_exceptions=True), 20)


def test_full_batches_go_at_once_and_the_rest_after_a_pause(nlp: Language) -> None:
    pipeline = Counting(nlp)
    done = asyncio.run(tagged(pipeline, range(10, 10 + 2 * BATCH + 5)))
    assert pipeline.sizes == [BATCH, BATCH, 5]
    assert [item.posting_id for item in done if isinstance(item, Posting)] == [
        f"p:{n}" for n in range(10, 15 + 2 * BATCH)
    ]
    assert {item.role for item in done if isinstance(item, Posting)} == {"paralegal"}


def test_tagged_together_is_tagged_alone(nlp: Language) -> None:
    alone = TagRolePipeline(nlp).process_items([posting(1)])[0]
    together = asyncio.run(tagged(TagRolePipeline(nlp), range(1, 3)))
    assert together[0] == alone


def test_an_ad_that_cannot_be_tagged_takes_no_other_with_it(nlp: Language) -> None:
    done = asyncio.run(tagged(Counting(nlp), range(1, 6)))
    assert [type(each) for each in done] == [Posting, Posting, ValueError, Posting, Posting]


def test_ads_that_come_after_a_pause_are_another_batch(nlp: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tag_role, "PAUSE_S", 0.001)
    pipeline = Counting(nlp)

    async def twice() -> None:
        await tagged(pipeline, range(10, 12))
        await tagged(pipeline, range(12, 15))

    asyncio.run(twice())
    assert pipeline.sizes == [2, 3]


def test_a_crawl_broken_off_leaves_no_error_behind(nlp: Language) -> None:
    async def broken_off() -> list[Posting | BaseException]:
        pipeline = TagRolePipeline(nlp)
        first = asyncio.create_task(pipeline.process_item(posting(1)))
        second = asyncio.create_task(pipeline.process_item(posting(2)))
        await asyncio.sleep(0)
        first.cancel()
        return await asyncio.gather(first, second, return_exceptions=True)

    cancelled, kept = asyncio.run(broken_off())
    assert isinstance(cancelled, asyncio.CancelledError)
    assert isinstance(kept, Posting)
