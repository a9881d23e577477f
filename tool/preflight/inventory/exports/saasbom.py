"""The stack as a CycloneDX bill of materials of services (SaaSBOM): vendors, own systems, dependencies."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from preflight import __version__
from preflight.escaping import visible
from preflight.inventory.frame import linkable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cyclonedx.model import ExternalReference, Property
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.service import Service

    from preflight.inventory.frame import Site
    from preflight.inventory.stock import Card, Stock

TITLE = ""
PATH = "exports/saasbom.cdx.json"
LINKS = {  # field of the record → kind of reference
    "/integration/api/documentation/url": "DOCUMENTATION",
    "/stability/support/status_page": "SUPPORT",
    "/data/subprocessors/url": "OTHER",
}
ODD = frozenset(' <>"{}|\\^`')  # characters that no address holds
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:preflight:saasbom")


def offered(stock: Stock) -> bool:
    """Whether there is a vendor to list."""
    return bool(stock.governed)


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield the document."""
    yield PATH, render(site.stock).encode()


def render(stock: Stock) -> str:
    """Return the bill of materials as JSON, in CycloneDX 1.6. Vendors that the rules do not apply to are left out."""
    from cyclonedx.output import make_outputter  # noqa: PLC0415 - loads long
    from cyclonedx.schema import OutputFormat, SchemaVersion  # noqa: PLC0415 - as above

    return make_outputter(_bom(stock), OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2) + "\n"


def _bom(stock: Stock) -> Bom:
    from cyclonedx.model.bom import Bom, BomMetaData  # noqa: PLC0415 - loads long
    from cyclonedx.model.component import Component, ComponentType  # noqa: PLC0415 - as above
    from cyclonedx.model.dependency import Dependency  # noqa: PLC0415 - as above
    from cyclonedx.model.lifecycle import LifecyclePhase, PredefinedLifecycle  # noqa: PLC0415 - as above

    of = f"{stock.title}\n{stock.as_of}\n{stock.commit}"
    stack = Component(name=visible(stock.title), type=ComponentType.APPLICATION, bom_ref="stack")
    bom = Bom(
        serial_number=uuid.uuid5(_IDS, of),
        metadata=BomMetaData(
            timestamp=datetime.combine(stock.as_of, time(), UTC),  # no clock: same input, same bytes
            component=stack,
            lifecycles=[PredefinedLifecycle(phase=LifecyclePhase.OPERATIONS)],
            properties=[_property("commit", stock.commit or "none"), _property("version", __version__)],
        ),
    )
    services = {card.id: _service(card) for card in stock.governed}
    parties = {} if stock.landscape is None else stock.landscape.parties
    for name, party in sorted(parties.items()):
        if name not in services and party.status is None:  # a system of one's own
            services[name] = _system(name, party.name, party.kind)
    bom.services.update(services.values())
    senders: dict[str, list[Dependency]] = {name: [] for name in services}
    for source, target in () if stock.landscape is None else stock.landscape.legs:
        if source in services and target in services:  # who gets data depends on who sends it
            senders[target].append(Dependency(services[source].bom_ref))
    bom.dependencies.add(Dependency(stack.bom_ref))
    bom.dependencies.update(Dependency(services[name].bom_ref, sent) for name, sent in senders.items())
    # All are registered. The library would make sure of it one by one, and look through all of them each time.
    vars(bom)["register_dependency"] = lambda **_: None
    return bom


def _service(card: Card) -> Service:
    from cyclonedx.model import DataClassification, DataFlow  # noqa: PLC0415 - loads long
    from cyclonedx.model.contact import OrganizationalEntity  # noqa: PLC0415 - as above
    from cyclonedx.model.service import Service  # noqa: PLC0415 - as above

    told = {
        "status": card.status,
        "risk": card.risk or "not known",
        "red-flags": "not judged" if card.red_flags is None else str(card.red_flags),
        "residency": ", ".join(card.residency or ()),
        "owner-marketing": card.owners["marketing"].name if "marketing" in card.owners else "",
        "owner-it": card.owners["it"].name if "it" in card.owners else "",
    }
    return Service(
        name=visible(card.name),
        bom_ref=f"vendor:{card.id}",
        provider=OrganizationalEntity(name=visible(card.company)) if card.company else None,
        group=card.category or None,
        description=visible(card.line) or None,
        x_trust_boundary=True,
        data=[DataClassification(flow=DataFlow.UNKNOWN, classification=visible(each)) for each in card.data or ()],
        external_references=list(_links(card)),
        properties=[_property(name, visible(value)) for name, value in told.items() if value],
    )


def _system(identifier: str, name: str, kind: str) -> Service:
    from cyclonedx.model.service import Service  # noqa: PLC0415 - loads long

    return Service(
        name=visible(name), bom_ref=f"system:{identifier}", group=visible(kind) or None, x_trust_boundary=False
    )


def _links(card: Card) -> Iterator[ExternalReference]:
    from cyclonedx.model import ExternalReference, ExternalReferenceType, XsUri  # noqa: PLC0415 - loads long

    for pointer, kind in LINKS.items():
        address = card.fields.get(pointer)
        if isinstance(address, str) and linkable(address) and address.isascii() and not set(address) & ODD:
            yield ExternalReference(type=ExternalReferenceType[kind], url=XsUri(address))


def _property(name: str, value: str) -> Property:
    from cyclonedx.model import Property  # noqa: PLC0415 - loads long

    return Property(name=f"preflight:{name}", value=value)
