"""Scrapy item pipelines: from the spider's posting to a clean, priced, placed, grouped, tagged, stored one.

One class a file, in the order of ``scraper.settings.ITEM_PIPELINES``. Each class calls pure functions that stand in the
same file (or, for pay and place, beside it); those have the tests.
"""
