"""Base spiders: what boards of one kind share."""
