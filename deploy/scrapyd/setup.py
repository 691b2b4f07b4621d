"""The egg for scrapyd: it names the settings and holds no code.

Rolecall itself is installed where scrapyd runs: scrapyd imports from eggs as zip files, which data files cannot be
opened in.
"""

from setuptools import setup

setup(
    name="rolecall-scrapyd",
    version="1",
    packages=[],
    py_modules=[],
    entry_points={"scrapy": ["settings = scraper.settings"]},
)
