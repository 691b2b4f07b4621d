"""spaCy components: from an ad's text to duties, the article's definitions, the role and the title verdict.

Knows neither Scrapy nor pandas. ``taggers.build.build_nlp()`` puts the components together; what they know about law
offices stands in ``taggers/data``, which a paralegal can review without reading code.
"""

from taggers.light_spacy import import_spacy

import_spacy()
