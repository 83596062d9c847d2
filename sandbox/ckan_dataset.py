"""A dataset as CKAN's `package_show` gives it, in today's shape and in the one of CKAN 1.8."""

from collections.abc import Callable
from typing import Any, NamedTuple

from sandbox.content import Dataset, Distribution, LanguageMap, Organization, identifier
from sandbox.portal import Catalogue, absolute
from sandbox.vocabulary import FORMATS, LICENCES

Rendered = dict[str, Any]


class Edition(NamedTuple):
    """A version of CKAN: its number, and the shape of its datasets. render: dataset, catalogue, address."""

    version: str
    render: Callable[[Dataset, Catalogue, str], Rendered]


def render_present(dataset: Dataset, catalogue: Catalogue, address: str) -> Rendered:
    """The shape of CKAN 2.9 and later, with ckanext-fluent's language maps where the portal has several languages."""
    language = catalogue.language
    keywords = dataset.keywords.get(language, [])
    organization = render_organization(dataset.publisher, language)
    rendered: Rendered = {
        "author": organization["title"],
        "author_email": dataset.publisher.mailbox,
        "creator_user_id": identifier(catalogue.country.code, "user"),
        "id": dataset.id,
        "isopen": dataset.licence in LICENCES and LICENCES[dataset.licence].is_open,
        **_licence(dataset.licence),
        "maintainer": None,
        "maintainer_email": None,
        "metadata_created": dataset.created_at,
        "metadata_modified": dataset.changed_at,
        "name": dataset.name,
        "notes": dataset.descriptions.get(language, ""),
        "num_resources": len(dataset.distributions),
        "num_tags": len(keywords),
        "organization": organization,
        "owner_org": organization["id"],
        "private": False,
        "state": "active",
        "title": dataset.titles.get(language, ""),
        "type": "dataset",
        "url": f"{address}/dataset/{dataset.name}",
        "version": None,
        "extras": [{"key": key, "value": value} for key, value in _extras(dataset).items()],
        "groups": [],
        "resources": [
            {
                "cache_last_updated": None,
                "cache_url": None,
                "created": dataset.created_at,
                "datastore_active": False,
                "hash": "",
                "mimetype_inner": None,
                "package_id": dataset.id,
                "position": place,
                "resource_type": None,
                "state": "active",
                "url_type": None,
                **_resource(distribution, language, address),
            }
            for place, distribution in enumerate(dataset.distributions)
        ],
        "tags": [_tag(word, catalogue) for word in keywords],
        "relationships_as_subject": [],
        "relationships_as_object": [],
    }
    if len(catalogue.country.languages) > 1:
        rendered["title_translated"] = dataset.titles
        rendered["notes_translated"] = dataset.descriptions
        rendered["tags_translated"] = dataset.keywords
        for resource, distribution in zip(rendered["resources"], dataset.distributions, strict=True):
            resource["name_translated"] = distribution.titles
    return rendered


def render_1_8(dataset: Dataset, catalogue: Catalogue, address: str) -> Rendered:
    """The shape of CKAN 1.8: extras as a mapping, tags as plain words, groups where organizations came later."""
    language = catalogue.language
    return {
        "author": _text(dataset.publisher.names, language),
        "author_email": dataset.publisher.mailbox,
        "ckan_url": f"{address}/dataset/{dataset.name}",
        "download_url": absolute(address, dataset.distributions[0].url) if dataset.distributions else None,
        "extras": _extras(dataset),
        "groups": [dataset.publisher.key],
        "id": dataset.id,
        **_licence(dataset.licence),
        "license": _licence(dataset.licence)["license_title"],
        "maintainer": "",
        "maintainer_email": "",
        "metadata_created": dataset.created_at,
        "metadata_modified": dataset.changed_at,
        "name": dataset.name,
        "notes": dataset.descriptions.get(language, ""),
        "notes_rendered": f"<p>{dataset.descriptions.get(language, '')}</p>",
        "ratings_average": None,
        "ratings_count": 0,
        "relationships": [],
        "resources": [
            {"package_id": dataset.id, "position": place, **_resource(distribution, language, address)}
            for place, distribution in enumerate(dataset.distributions)
        ],
        "state": "active",
        "tags": dataset.keywords.get(language, []),
        "title": dataset.titles.get(language, ""),
        "type": None,
        "url": "",
        "version": "",
    }


PRESENT = Edition("2.11.3", render_present)
OLD = Edition("1.8", render_1_8)


def render_organization(organization: Organization, language: str) -> Rendered:
    """A public body as CKAN shows it inside a dataset."""
    return {
        "id": organization.id,
        "name": organization.key,
        "title": _text(organization.names, language),
        "type": "organization",
        "description": "",
        "image_url": "",
        "created": "2019-01-07T00:00:00.000000",
        "is_organization": True,
        "approval_status": "approved",
        "state": "active",
    }


def _resource(distribution: Distribution, language: str, address: str) -> Rendered:
    known = FORMATS.get(distribution.format)
    return {
        "description": "",
        "format": distribution.format,
        "id": distribution.id,
        "last_modified": distribution.modified,
        "mimetype": known.media_type if known else None,
        "name": _text(distribution.titles, language),
        "size": distribution.size_bytes,
        "url": absolute(address, distribution.url),
    }


def _licence(licence: str | None) -> Rendered:
    if licence is None:
        return {"license_id": "notspecified", "license_title": "License not specified"}
    if licence not in LICENCES:
        return {"license_id": licence, "license_title": licence}
    terms = LICENCES[licence]
    return {"license_id": terms.ckan_id, "license_title": terms.title, "license_url": terms.url}


def _extras(dataset: Dataset) -> dict[str, str]:
    extras = {"issued": dataset.issued, "modified": dataset.modified, "spatial_text": dataset.place}
    if dataset.frequency is not None:
        extras["frequency"] = dataset.frequency
    if dataset.period is not None:
        extras["temporal_start"], extras["temporal_end"] = dataset.period
    return extras


def _tag(word: str, catalogue: Catalogue) -> Rendered:
    return {
        "display_name": word,
        "id": identifier(catalogue.country.code, "tag", word),
        "name": word,
        "state": "active",
        "vocabulary_id": None,
    }


def _text(texts: LanguageMap, language: str) -> str:
    return texts.get(language) or next(iter(texts.values()), "")
