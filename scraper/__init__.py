"""The Scrapy project: from a job board to a :class:`scraper.items.Posting`."""
