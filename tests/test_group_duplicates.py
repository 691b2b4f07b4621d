from pipelines.group_duplicates import GroupDuplicatesPipeline, group_id
from scraper.items import Posting


def test_the_same_words_in_other_markup_and_case_are_one_group() -> None:
    assert group_id("Paralegal", "• Draft motions\n• File", "a") == group_id("PARALEGAL", "Draft motions.\n\nFile", "b")


def test_other_words_are_another_group() -> None:
    assert group_id("Paralegal", "Draft motions", "a") != group_id("Paralegal", "Draft briefs", "a")


def test_ads_without_text_are_not_the_same_for_their_titles() -> None:
    assert group_id("Paralegal", "", "a") != group_id("Paralegal", "", "b")


def test_pipeline_fills_the_group() -> None:
    item = GroupDuplicatesPipeline().process_item(
        Posting(source="s", platform="p", posting_id="1", title="A", text="b")
    )
    assert item.group_id == group_id("A", "b", "1")
