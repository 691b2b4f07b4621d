"""schema.org JobPosting -> the fields of a :class:`~scraper.items.Posting`, with the deviations of real pages.

``posting_fields(job)`` returns keyword arguments; which board and id they belong to, the spider knows.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from scraper.items import RawPay, RawPlace

JsonObject = dict[str, Any]

SECTIONS = {
    "responsibilities": "Responsibilities",
    "qualifications": "Qualifications",
    "skills": "Skills",
    "experienceRequirements": "Experience",
    "educationRequirements": "Education",
    "jobBenefits": "Benefits",
    "incentiveCompensation": "Incentives",
}
"""Properties that hold parts of the ad's text beside ``description``, with a heading for each."""

ANYWHERE = {"anywhere", "worldwide"}
NOWHERE = {*ANYWHERE, "", "-", "–", "—", ".", "n/a", "none", "null", "unavailable", "undefined", "unknown"}
"""What fills a part of an address that names no place."""

_POSTAL_CODE = re.compile(r"[\d -]*\d[\d -]*")
_N_PLACES = re.compile(r"\d+ (?:locations?|places|cities)", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s/]*\.[^\s/]+(?:/\S*)?", re.IGNORECASE)
_TYPED_LINE_BREAK = re.compile(r"(?:\\r)?\\n(?=\\|\s|<|[A-Z•*-]|$)")


def posting_fields(job: JsonObject) -> dict[str, Any]:
    """Fields of a Posting that a JobPosting object states; absent ones are left out or None."""
    return {
        "title": text_of(job.get("title")) or text_of(job.get("name")),
        "company": _company(job.get("hiringOrganization")),
        "description": _description(job),
        "requisition": None,
        "url": _address(job.get("url")),
        "employment_type_raw": _employment_types(job.get("employmentType")),
        "places_raw": _places(job),
        "remote_raw": _remote(job),
        "pay_raw": _pay(job),
        "posted_on_raw": text_of(job.get("datePosted")),
        "valid_through_raw": text_of(job.get("validThrough")),
    }


def identifier_of(job: JsonObject) -> str | None:
    """The employer's id: a PropertyValue, a string or a number."""
    identifier = first(job.get("identifier"))
    if isinstance(identifier, dict):
        identifier = identifier.get("value") or identifier.get("@value")
    return text_of(identifier)


def first(value: Any) -> Any:
    """The value, or the first of several."""
    if isinstance(value, list):
        return value[0] if value else None
    return value


def text_of(value: Any) -> str | None:
    """A string or number, perhaps the first of several, as stripped text; anything else, and nothing, is None."""
    value = first(value)
    if isinstance(value, dict):
        value = value.get("@value")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value).strip() or None


def name_of(value: Any) -> str | None:
    """The name of a Thing, which pages write as an object, a bare string or a list of either."""
    return next(_names(value), None)


def _names(value: Any) -> Iterator[str]:
    """Every name in a Thing or several."""
    for one in _as_list(value):
        name = [text_of(each) for each in _as_list(one.get("name"))] if isinstance(one, dict) else [text_of(one)]
        yield from filter(None, name or [text_of(one)])


def _company(value: Any) -> str | None:
    """The employer's name, or its legal name; the address of a site is no name."""
    organisation = first(value)
    names = [name_of(organisation)]
    if isinstance(organisation, dict):
        names.append(text_of(organisation.get("legalName")))
    return next((name for name in names if name and "://" not in name), None)


def _address(value: Any) -> str | None:
    """The ad's address; some pages write the employer's name behind ``http://``."""
    address = text_of(value)
    return address if address and _ADDRESS.fullmatch(address) else None


def _description(job: JsonObject) -> str | None:
    """The description, and the sections some sites keep beside it when it does not repeat them."""
    main = _passage(job.get("description"))
    known = _letters(main)
    beside = [(heading, _passage(job.get(key))) for key, heading in SECTIONS.items()]
    beside = [(heading, text) for heading, text in beside if text and _letters(text) not in known]
    if any(map(_TAG.search, [main, *(text for _, text in beside)])):
        parts = [_as_html(main), *(f"<h3>{heading}</h3>\n{_as_html(text)}" for heading, text in beside)]
    else:
        parts = [main, *(f"{heading}:\n{text}" for heading, text in beside)]
    return "\n\n".join(part for part in parts if part) or None


def _passage(value: Any) -> str:
    """A text, or several as a list; objects such as a credential's category are no text of the ad."""
    texts = list(filter(None, map(text_of, _as_list(value))))
    is_list = len(texts) > 1 and not any(map(_TAG.search, texts))
    text = f"<ul>{''.join(f'<li>{each}</li>' for each in texts)}</ul>" if is_list else "\n".join(texts)
    if not _TAG.search(text) and "&lt;" in text:
        text = html.unescape(text)
    return _TYPED_LINE_BREAK.sub("\n", text)


def _as_html(text: str) -> str:
    return text if _TAG.search(text) else text.replace("\n", "<br>\n")


def _letters(text: str) -> str:
    """The text without markup and whatever else two copies of it may differ in."""
    return re.sub(r"\W+", "", _TAG.sub("", html.unescape(text))).lower()


def _employment_types(value: Any) -> str | None:
    return ", ".join(kind for kind in map(_label, _as_list(value)) if kind) or None


def _label(value: Any) -> str | None:
    if isinstance(value, dict):
        return text_of(value) or text_of(value.get("name")) or text_of(value.get("code"))
    return text_of(value)


def _remote(job: JsonObject) -> str | None:
    """``jobLocationType``, or the word of a place that stands for working from anywhere."""
    stated = text_of(job.get("jobLocationType"))
    if stated:
        return stated
    for place in _as_list(job.get("jobLocation")):
        if isinstance(place, dict) and text_of(place.get("@type")) == "VirtualLocation":
            return "remote"
        address = first(place.get("address") or place) if isinstance(place, dict) else place
        lines = map(address.get, ("addressLocality", "addressCountry")) if isinstance(address, dict) else [address]
        if word := next((line for line in map(name_of, lines) if line and line.lower() in ANYWHERE), None):
            return word
    return None


def _places(job: JsonObject) -> list[RawPlace]:
    """Places of work; for remote jobs without one, the countries or states applicants may live in."""
    employer = _company(job.get("hiringOrganization"))
    places = [place for one in _as_list(job.get("jobLocation")) for place in _places_of(one, employer)]
    return _distinct(places or list(_areas(job.get("applicantLocationRequirements"))))


def _distinct(places: list[RawPlace]) -> list[RawPlace]:
    return [place for number, place in enumerate(places) if place not in places[:number]]


def _areas(value: Any) -> Iterator[RawPlace]:
    """Where applicants may live: Countries, States, names; an AdministrativeArea may hold an address instead."""
    for area in _as_list(value):
        named = [name for name in map(_named, _names(area)) if name]
        is_country = isinstance(area, dict) and text_of(area.get("@type")) == "Country"
        yield from (RawPlace(country=name) if is_country else RawPlace(text=name) for name in named)
        if not named and isinstance(area, dict):
            yield from _places_of(area, None)


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _places_of(value: Any, employer: str | None) -> Iterator[RawPlace]:
    """The places in a Place, a PostalAddress or a line; a Place's name counts unless it is the employer's."""
    if not isinstance(value, dict):
        yield from _line(value)
        return
    found = []
    for address in _as_list(value.get("address")) or [value]:
        found += list(_postal(address) if isinstance(address, dict) else _line(address))
    name = name_of(value)
    if not found and name and name != employer:
        found = list(_line(name))
    yield from found


def _line(value: Any) -> Iterator[RawPlace]:
    line = _named(text_of(value))
    if line and not _N_PLACES.fullmatch(line):
        yield RawPlace(text=line)


def _postal(address: JsonObject) -> Iterator[RawPlace]:
    """One place a locality; parts that only fill a field are left out, and so are postal codes typed as localities."""
    code = text_of(address.get("postalCode"))
    cities = [city for city in _named_parts(address.get("addressLocality")) if city != code and not _is_code(city)]
    regions = _named_parts(address.get("addressRegion"))
    country = next(iter(_named_parts(address.get("addressCountry"))), None)
    if len(cities) < 2 and len(regions) < 2:
        city, region = next(iter(cities), None), next(iter(regions), None)
        if city or region or country:
            yield RawPlace(city=city, region=region, country=country)
        else:
            yield from _line(address.get("streetAddress") or address.get("@value"))
    elif cities:
        shared = regions[0] if len(regions) == 1 else None
        yield from (RawPlace(city=city, region=shared, country=country) for city in cities)
    else:
        yield from (RawPlace(region=region, country=country) for region in regions)


def _named_parts(value: Any) -> list[str]:
    return [name for name in map(_named, _names(value)) if name]


def _named(name: str | None) -> str | None:
    """The name, unless it is a word that only fills the field."""
    return None if (name or "").strip().lower() in NOWHERE else name


def _is_code(name: str) -> bool:
    return bool(_POSTAL_CODE.fullmatch(name))


def _pay(job: JsonObject) -> RawPay | None:
    """``baseSalary`` as MonetaryAmount, QuantitativeValue inside or flat, plain number or text, PriceSpecification.

    ``estimatedSalary`` is somebody's guess, often the job board's, and no pay of the employer.
    """
    currency = text_of(job.get("salaryCurrency"))
    found = (_amount(base, currency) for base in _as_list(job.get("baseSalary")))
    return next((pay for pay in found if pay), None)


def _amount(base: Any, currency: str | None) -> RawPay | None:
    if not isinstance(base, dict):
        figure = _figure(base)
        return RawPay(low=figure, high=figure, currency=currency) if figure else None
    layers = [base]
    while isinstance(inner := first(layers[-1].get("value")), dict) and len(layers) < 4:
        layers.append(inner)
    single = [_figure(each) for each in _as_list(layers[-1].get("value"))] or [_figure(base.get("price"))]
    low = _stated(layers, "minValue", "minPrice") or single[0]
    high = _stated(layers, "maxValue", "maxPrice") or single[-1]
    if not (low or high):
        return None
    currency = _stated(layers, "currency", "priceCurrency") or currency
    return RawPay(low=low, high=high, currency=currency, period=_stated(layers[::-1], "unitText", "unitCode"))


def _stated(layers: list[JsonObject], *keys: str) -> str | None:
    """The first of the keys that any layer fills in; a figure of nought is none."""
    values = chain.from_iterable((layer.get(key) for layer in layers) for key in keys)
    return next(filter(None, map(_figure, values)), None)


def _figure(value: Any) -> str | None:
    """A figure or word as text; nought means that nobody said."""
    text = text_of(value)
    return text if text and text.strip("0.,") else None
