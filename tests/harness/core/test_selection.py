import pytest

from dbal_conform.core.contract import Requirement
from dbal_conform.core.errors import InputError
from dbal_conform.core.selection import Profile, Selection, Selector, Site, offers_of, settle
from dbal_conform.core.suite import Case
from dbal_conform.core.verdict import Verdict

REQUIREMENTS = {
    "USR-CREATE-001": Requirement("USR-CREATE-001", "MUST", "", 9, "w"),
    "CAP-CLAIM-008": Requirement("CAP-CLAIM-008", "SHOULD", "", 14, "w"),
}


def case(**more: object) -> Case:
    fields = {"id": "users/a", "title": "", "covers": ("USR-CREATE-001",), "steps": ()}
    return Case(**{**fields, **more})  # type: ignore[arg-type]  # checked by what the tests see


def site(**more: object) -> Site:
    fields = {
        "target": "t",
        "database": "sqlite",
        "kind": "sqlite",
        "transport": "in-process",
        "control": "conformance",
        "profile": "full",
    }
    return Site(**{**fields, **more})  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("selection", "selected"),
    [
        (Selection(), True),
        (Selection(expression="users"), True),
        (Selection(expression="pages"), False),
        (Selection(tags=("smoke",)), True),
        (Selection(tags=("other", "sm*")), True),
        (Selection(tags=("other",)), False),
        (Selection(requirements=("USR-*",)), True),
        (Selection(requirements=("CRD-*",)), False),
        (Selection(capabilities=("joins",)), True),
        (Selection(capabilities=("ttl",)), False),
        (Selection(expression="users", tags=("other",)), False),
        (Selection(expression="slow and row-leak and smoke"), True),
    ],
)
def test_filters_select_together(*, selection: Selection, selected: bool) -> None:
    chosen = case(tags=("smoke",), requires=("joins",), needs=("slow",), flags=("row-leak",))
    assert Selector(selection, REQUIREMENTS).selects(chosen) is selected


@pytest.mark.parametrize(
    ("which", "profile", "belongs"),
    [
        (case(needs=("clock",), requires=("joins",)), "full", True),
        (case(), "public", True),
        (case(requires=("joins",)), "public", True),
        (case(needs=("slow",)), "public", True),
        (case(needs=("audit",)), "public", False),
        (case(requires=("migrations",)), "public", False),
        (case(), "core", True),
        (case(requires=("joins",)), "core", False),
        (case(covers=("CAP-CLAIM-008",)), "core", False),
        (case(covers=("CAP-CLAIM-008", "USR-CREATE-001")), "core", True),
    ],
)
def test_a_profile_holds_what_it_sets_out_to_show(
    *, which: Case, profile: Profile, belongs: bool
) -> None:
    assert Selector(Selection(), REQUIREMENTS).belongs(which, profile) is belongs


@pytest.mark.parametrize("need", ["clock", "audit", "digest", "faults.target"])
def test_what_the_control_lacks_could_not_run(need: str) -> None:
    assert settle(case(needs=(need,)), site()) is None
    settled = settle(case(needs=(need,)), site(control="public"))
    assert settled is not None
    assert settled.verdict is Verdict.COULD_NOT_RUN
    assert need in settled.reason


@pytest.mark.parametrize("need", ["server-database", "faults.database", "faults.network"])
def test_what_is_about_servers_is_not_applicable_to_embedded_databases(need: str) -> None:
    settled = settle(case(needs=(need,)), site())
    assert settled is not None
    assert settled.verdict is Verdict.NOT_APPLICABLE


def test_faults_that_an_environment_does_not_offer_could_not_run() -> None:
    server = site(kind="postgres", database="postgres:17")
    assert settle(case(needs=("server-database",)), server) is None
    settled = settle(case(needs=("faults.network",)), server)
    assert settled is not None
    assert settled.verdict is Verdict.COULD_NOT_RUN
    offering = site(kind="postgres", offers=("faults.network",))
    assert settle(case(needs=("faults.network",)), offering) is None


@pytest.mark.parametrize(
    ("need", "database", "why"),
    [
        ("faults.database", "postgresql://host/db", "name an image"),
        ("faults.network", "postgresql://host/db", "asks for encryption"),
        ("faults.database", "postgres:17", ""),
        ("faults.network", "postgres:17", ""),
    ],
)
def test_why_a_server_cannot_be_harmed_is_told(need: str, database: str, why: str) -> None:
    settled = settle(case(needs=(need,)), site(kind="postgres", database=database))
    assert settled is not None
    plain = f"the environment of {database} lacks {need}"
    assert settled.reason.startswith(plain)
    assert why in settled.reason
    assert (settled.reason == plain) == (not why)


@pytest.mark.parametrize(
    ("need", "transport", "applies"),
    [
        ("transport.websocket", "websocket", True),
        ("transport.websocket", "in-process", False),
        ("transport.json", "in-process", True),
        ("transport.json", "http", True),
        ("transport.json", "grpc", False),
        ("connections", "websocket", True),
        ("connections", "in-process", False),
        ("connections", "stdio", False),
        ("slow", "in-process", True),
    ],
)
def test_what_is_about_another_transport_is_not_applicable(
    *, need: str, transport: str, applies: bool
) -> None:
    settled = settle(case(needs=(need,)), site(transport=transport))
    assert (settled is None) is applies
    if settled is not None:
        assert settled.verdict is Verdict.NOT_APPLICABLE


def test_what_the_target_is_not_weighs_more_than_what_it_lacks() -> None:
    settled = settle(case(needs=("clock", "transport.grpc")), site(control="public"))
    assert settled is not None
    assert settled.verdict is Verdict.NOT_APPLICABLE


def test_an_unknown_need_is_refused() -> None:
    with pytest.raises(InputError, match="unknown need 'luck'"):
        settle(case(needs=("luck",)), site())


@pytest.mark.parametrize(
    ("where", "offers"),
    [
        (site(), {"transport.in-process", "transport.json"}),
        (
            site(transport="grpc", kind="mongo"),
            {"transport.grpc", "connections", "server-database"},
        ),
        (site(offers=("faults.network",)), {"faults.network", "transport.json"}),
    ],
)
def test_a_site_offers_what_its_transport_and_database_can(where: Site, offers: set[str]) -> None:
    assert offers <= set(offers_of(where))


def test_an_embedded_database_in_process_offers_nothing_more() -> None:
    assert set(offers_of(site())) == {"transport.in-process", "transport.json"}
