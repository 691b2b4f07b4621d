"""Scrapy settings: only what differs from Scrapy's defaults, each with its reason."""

import os
from importlib.metadata import PackageNotFoundError, version

from scraper.politeness import politeness

try:
    _version = version("rolecall")
except PackageNotFoundError:  # run from a plain checkout
    _version = "0"

BOT_NAME = "rolecall"
SPIDER_MODULES = ["scraper.spiders"]
NEWSPIDER_MODULE = "scraper.spiders"

# Politeness: say who we are and how to reach us, obey robots.txt, take turns. The numbers are data/politeness.toml's.
_polite = politeness()
USER_AGENT = f"rolecall/{_version} (+{os.environ.get('ROLECALL_CONTACT') or 'no contact set'})"
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "rolecall"
DOWNLOAD_DELAY = _polite.every_host.delay_s
DOWNLOAD_DELAY_JITTER = 0  # a delay is a promise, not an average
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_REQUESTS = 1  # of one board: those behind a refused request wait with it
DOWNLOAD_TIMEOUT = 60
RETRY_GIVE_UP_LOG_LEVEL = "INFO"  # the ledger says it
RETRY_PRIORITY_ADJUST = 1  # the refused request again before the next ones: a host that refuses for good is soon known
RETRY_TIMES = _polite.refused.times
ROLECALL_RETRY_WAIT = _polite.refused.first_wait_s
ROLECALL_RETRY_AFTER_MAX = _polite.refused.longest_wait_s
METAREFRESH_MAXDELAY = 5  # a page that reloads itself every minute is a page, not a redirect
COOKIES_ENABLED = False  # boards need none, and a session is nobody's business
DEFAULT_REQUEST_HEADERS = {
    # Lever answers a browser's Accept header with an HTML widget instead of JSON.
    "Accept": "application/json, application/ld+json, text/html;q=0.9, application/xml;q=0.9, */*;q=0.5",
    "Accept-Language": "en",
}

# Safety: Scrapy's defaults verify no certificate, read 1 GiB bodies, open local files and listen on ports.
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024
DOWNLOAD_WARNSIZE = 4 * 1024 * 1024
DOWNLOAD_HANDLERS = {
    "http": "scraper.door.PoliteDownloadHandler",
    "https": "scraper.door.PoliteDownloadHandler",
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
TWISTED_DNS_RESOLVER = "scraper.guard.GuardedResolver"

DOWNLOADER_MIDDLEWARES = {
    "scraper.guard.AddressGuardMiddleware": 40,  # first: also robots.txt of a forbidden host is not fetched
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scraper.robots.PoliteRobotsMiddleware": 100,
    "scraper.charset.TrueCharsetMiddleware": 200,  # behind decompression
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "scraper.retry.PatientRetryMiddleware": 550,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "scraper.redirect.CircleRedirectMiddleware": 600,
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
    "pipelines.http_cache.ConditionalRequestsMiddleware": 900,  # nearest to the network: answers are kept as they came
}

SPIDER_MIDDLEWARES = {"pipelines.skip_details.SkipDetailsMiddleware": 900}

# From raw item to stored item, in this order. Text first: everything else reads it. The filter before the work.
ITEM_PIPELINES = {
    "pipelines.clean_text.CleanTextPipeline": 100,
    "pipelines.parse_dates.ParseDatesPipeline": 200,
    "pipelines.keep_open.KeepOpenPipeline": 250,
    "pipelines.keep_legal.KeepLegalPipeline": 300,
    "pipelines.locate.LocatePipeline": 400,
    "pipelines.parse_pay.ParsePayPipeline": 500,  # after the place: a plain $ is the country's dollar
    "pipelines.read_employment.ReadEmploymentPipeline": 550,
    "pipelines.group_duplicates.GroupDuplicatesPipeline": 600,
    "pipelines.tag_role.TagRolePipeline": 700,
    "pipelines.store_postings.StorePostingsPipeline": 900,
}
HTTPCACHE_ENABLED = True  # for conditional requests only: nothing is taken from it unasked
HTTPCACHE_POLICY = "pipelines.http_cache.AskEveryTimePolicy"
HTTPCACHE_STORAGE = "pipelines.http_cache.StoreCacheStorage"
EXTENSIONS = {
    "pipelines.daily_budget.DailyBudget": 400,
    "pipelines.run_ledger.RunLedger": 500,
    "health.extension.TellTurnsExtension": 510,
}

# Where StorePostingsPipeline and RunLedger write; the command line says it with --store.
ROLECALL_STORE = os.environ.get("ROLECALL_STORE") or "results/rolecall.db"

# When an ad is closed and when a board is not believed; pipelines.lifecycle says what each means.
ROLECALL_CLOSE_AFTER = 2
ROLECALL_MISS_GAP_H = 12.0  # half the interval of a source that has one (`every`)
ROLECALL_MAX_SHRINK = 0.5
ROLECALL_MIN_ADS = 10
ROLECALL_MAX_SUSPECT = 3
ROLECALL_NOW = os.environ.get("ROLECALL_NOW")  # an instant that counts as now: replays, tests

LOG_LEVEL = "INFO"
ROLECALL_LOG_FORMAT = "text"  # or "json": one object a line
LOG_FORMATTER = "scraper.log.QuietDropFormatter"
