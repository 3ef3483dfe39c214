"""Forms of results that are no rows: system methods, conformance control, validation, groups."""

from typing import Final

from dbal_conform.core.contract import Contract
from dbal_conform.core.messages import Json
from dbal_conform.core.results.report import Form, Report
from dbal_conform.core.results.shapes import (
    closed,
    count,
    exactly,
    list_of,
    mapping_of,
    nullable,
    of_kind,
    one_of,
)
from dbal_conform.core.results.values import anything, bigint

TEXT: Final = of_kind("string")
BOOLEAN: Final = of_kind("boolean")
INTEGER: Final = of_kind("integer")
OBJECT: Final = of_kind("object")

RECORD: Final = closed(  # one audit record (contract.md section 12)
    {
        "seq": INTEGER,
        "timestamp": TEXT,
        "user": TEXT,
        "role": nullable(TEXT),
        "tenant": nullable(TEXT),
        "operation": TEXT,
        "entity": nullable(TEXT),
        "id": of_kind("string", "integer", "null"),  # as asked, so perhaps no key at all
        "success": BOOLEAN,
        "code": nullable(TEXT),
        "requestId": nullable(TEXT),
        "securityIncident": BOOLEAN,
    },
    requirement="AUD-REC-001",
)

_NAMED: Final = closed({"name": TEXT, "version": TEXT}, requirement="SYS-HELLO-001")


def system_forms(contract: Contract) -> dict[str, Form]:
    """Return the form of each result kind that no entity has a part in."""
    return {
        "count": count("GEN-BULK-002"),
        "true": exactly(True, "CPT-TOL-004"),  # noqa: FBT003 -- the value itself
        "boolean": BOOLEAN,
        "validation": _validation(contract),
        "hello": _hello(contract),
        "health": closed(
            {"status": one_of(("ok", "degraded"), "SYS-HEALTH-001"), "database": BOOLEAN},
            requirement="SYS-HEALTH-001",
        ),
        "transaction": closed({"tx": TEXT}, requirement="TXN-BASE-001"),
        "migration": closed(
            {
                "changes": list_of(
                    closed(
                        {"entity": TEXT, "change": TEXT},
                        optional={"field": nullable(TEXT)},
                        requirement="SYS-MIG-001",
                    )
                ),
                "applied": BOOLEAN,
            },
            requirement="SYS-MIG-001",
        ),
        "definitions": list_of(OBJECT, "SYS-SCHEMA-001"),
        "groups": _groups(),
        "clock": closed({"now": INTEGER, "frozen": BOOLEAN}, requirement="CTL-CLOCK-001"),
        "digest": mapping_of(
            closed({"count": count("CTL-DIGEST-001"), "sha256": TEXT}, requirement="CTL-DIGEST-001")
        ),
        "audit": closed({"records": list_of(RECORD), "next": INTEGER}, requirement="CTL-AUDIT-001"),
        "world": closed(
            {
                "actors": mapping_of(_actor()),
                "tenants": mapping_of(TEXT),
                "rows": mapping_of(OBJECT),
            },
            requirement="CTL-RESET-001",
        ),
    }


def _actor() -> Form:
    return closed(
        {"id": TEXT, "username": TEXT, "token": TEXT, "tenantId": nullable(TEXT)},
        requirement="CTL-RESET-004",
    )


def _validation(contract: Contract) -> Form:
    form = closed(
        {
            "valid": BOOLEAN,
            "errors": list_of(
                closed(
                    {"field": TEXT, "code": one_of(contract.field_codes, "ERR-FORM-003")},
                    requirement="PKG-VALID-001",
                )
            ),
        },
        requirement="PKG-VALID-001",
    )

    def check(value: Json, path: str, report: Report) -> Json:
        checked = form(value, path, report)
        match checked:
            case {"valid": bool(valid), "errors": list(errors)} if valid is not (not errors):
                why = "contradicts errors"
                report.differ(f"{path}/valid", "PKG-VALID-001", why, not errors, valid)
            case _:
                pass
        return checked

    return check


def _hello(contract: Contract) -> Form:
    limits = ("maxRequestBytes", "maxReplyBytes", "defaultDeadlineMs", "maxInFlight")
    return closed(
        {
            "contract": exactly(contract.version, "SYS-HELLO-001"),
            "implementation": _NAMED,
            "capabilities": list_of(TEXT, "CAP-CLAIM-001"),  # unknown names are ignored
            "limits": closed(
                dict.fromkeys(limits, count("SYS-HELLO-001")), requirement="SYS-HELLO-001"
            ),
            "backend": _NAMED,
            "conformance": BOOLEAN,
        },
        requirement="SYS-HELLO-001",
    )


def _groups() -> Form:
    """Values of groups are decoded: a sum of integers is a bigint, and may be tagged."""

    def number(value: Json, path: str, report: Report) -> Json:
        return bigint(value, path, report) if isinstance(value, dict) else value

    group = closed(
        {"key": mapping_of(number), "values": mapping_of(number)}, requirement="QRY-AGG-001"
    )
    return closed(
        {"groups": list_of(group, "QRY-AGG-001"), "hasMore": BOOLEAN}, requirement="QRY-AGG-001"
    )


UNJUDGED: Final[Form] = anything  # of methods that the contract does not know
