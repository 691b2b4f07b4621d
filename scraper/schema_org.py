"""schema.org JobPosting -> the fields of a :class:`~scraper.items.Posting`, with the deviations of real pages.

``posting_fields(job)`` returns keyword arguments; which board and id they belong to, the spider knows.
"""

from __future__ import annotations

from typing import Any

from scraper.items import RawPay, RawPlace

JsonObject = dict[str, Any]


def posting_fields(job: JsonObject) -> dict[str, Any]:
    """Fields of a Posting that a JobPosting object states; absent ones are left out or None."""
    return {
        "title": text_of(job.get("title")) or text_of(job.get("name")),
        "company": name_of(job.get("hiringOrganization")),
        "description": _description(job),
        "requisition": None,
        "url": text_of(job.get("url")),
        "employment_type_raw": _employment_types(job.get("employmentType")),
        "places_raw": _places(job),
        "remote_raw": text_of(first(job.get("jobLocationType"))),
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
    """A string or number as stripped text; anything else, and nothing, is None."""
    if isinstance(value, dict):
        value = value.get("@value")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None


def name_of(value: Any) -> str | None:
    """The name of a Thing, which pages write as an object, a bare string or a list of either."""
    value = first(value)
    if isinstance(value, dict):
        return text_of(first(value.get("name")))
    return text_of(value)


def _description(job: JsonObject) -> str | None:
    """The description, and the sections some sites keep beside it when it does not repeat them."""
    parts = [text_of(job.get("description")) or ""]
    for key in ("responsibilities", "qualifications"):
        extra = text_of(first(job.get(key)))
        if extra and extra not in parts[0]:
            parts.append(f"<h3>{key.title()}</h3>\n{extra}" if "<" in parts[0] else f"{key.title()}:\n{extra}")
    return "\n\n".join(part for part in parts if part) or None


def _employment_types(value: Any) -> str | None:
    values = value if isinstance(value, list) else [value]
    return ", ".join(kind for kind in map(_label, values) if kind) or None


def _label(value: Any) -> str | None:
    if isinstance(value, dict):
        return text_of(value.get("name") or value.get("code"))
    return text_of(value)


def _places(job: JsonObject) -> list[RawPlace]:
    """Places of work; for remote jobs without one, the countries or states applicants may live in."""
    places = [place for place in map(_place, _as_list(job.get("jobLocation"))) if place]
    if not places:
        areas = _as_list(job.get("applicantLocationRequirements"))
        places = [RawPlace(text=name) for name in map(name_of, areas) if name]
    return places


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _place(value: Any) -> RawPlace | None:
    if isinstance(value, str):
        return RawPlace(text=value.strip()) if value.strip() else None
    if not isinstance(value, dict):
        return None
    address = first(value.get("address"))
    if isinstance(address, str):
        return RawPlace(text=address.strip())
    if not isinstance(address, dict):
        address = value if "addressLocality" in value or "addressCountry" in value else {}
    parts = {
        "city": text_of(first(address.get("addressLocality"))),
        "region": name_of(address.get("addressRegion")),
        "country": name_of(address.get("addressCountry")),
    }
    return RawPlace(**parts) if any(parts.values()) else None


def _pay(job: JsonObject) -> RawPay | None:
    """``baseSalary`` as MonetaryAmount, QuantitativeValue inside or flat, plain number or plain text."""
    base = first(job.get("baseSalary"))
    currency = text_of(job.get("salaryCurrency"))
    if not isinstance(base, dict):
        stated = text_of(base)
        return RawPay(low=stated, high=stated, currency=currency) if stated else None
    value = first(base.get("value"))
    amounts = value if isinstance(value, dict) else {**base, "value": value}
    single = text_of(amounts.get("value"))
    pay = RawPay(
        low=text_of(amounts.get("minValue")) or single,
        high=text_of(amounts.get("maxValue")) or single,
        currency=text_of(base.get("currency")) or text_of(amounts.get("currency")) or currency,
        period=text_of(
            amounts.get("unitText") or base.get("unitText") or amounts.get("unitCode") or base.get("unitCode")
        ),
    )
    return pay if pay.low or pay.high else None
