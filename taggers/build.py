"""``build_nlp()``: the one place where the components are put together, and how an ad is read with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spacy.language import Language
from spacy.tokens import Doc
from threadpoolctl import threadpool_limits

from taggers import definitions, duties, facts, roles, sections, titles
from taggers.component import BATCH_SIZE
from taggers.model import load_model
from taggers.reading import Reading, reading_of
from taggers.words import MAX_TEXT_CHARS, make_tokenizing

MODULES = (sections, duties, definitions, roles, titles, facts)
"""The components' modules: importing them registers the components, whether or not the package is installed."""

COMPONENTS = (
    "rolecall_sections",
    "rolecall_duties",
    "rolecall_definitions",
    "rolecall_role",
    "rolecall_title",
    "rolecall_facts",
)


def build_nlp() -> Language:
    """An English pipeline without weights from elsewhere: tokens, sections, duties, definitions, role, title, facts.

    Keeps numpy to one thread from then on: on tables as small as an ad's, its threads cost more than they save.
    """
    threadpool_limits(1, user_api="blas")
    nlp = make_tokenizing(load_model().space.vocabulary.number)
    for name in COMPONENTS:
        nlp.add_pipe(name)
    return nlp


def doc_of(nlp: Language, title: str, text: str, company: str = "") -> Doc:
    """The tokenized ad with its title, ready for ``nlp`` or ``nlp.pipe``."""
    text = text[:MAX_TEXT_CHARS]
    doc = nlp.make_doc(text)
    doc._.reading = Reading(title=title, company=company, text=text)
    return doc


def read_ad(nlp: Language, title: str, text: str, company: str = "") -> Reading:
    """Read one ad; an empty text gives a reading without duties and the role ``none``."""
    return reading_of(nlp(doc_of(nlp, title, text, company)))


def read_ads(nlp: Language, ads: Iterable[tuple[str, ...]]) -> Iterator[Reading]:
    """Read (title, text) or (title, text, company) after another, many at once."""
    docs = (doc_of(nlp, *ad) for ad in ads)
    return map(reading_of, nlp.pipe(docs, batch_size=BATCH_SIZE))
