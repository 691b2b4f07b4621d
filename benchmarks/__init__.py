"""Measurements of speed, on ads that are all different; ``make bench-crawl`` runs the one of the crawl."""
