"""``report.html``, the page an analyst opens first: ``facts`` collects, ``charts`` draws, ``page`` writes."""
