"""Pages: by path, by level, public ones (PAG)."""

import pytest
from tests.reference.talk import Json, Talk

BASE = {"title": "P", "componentTree": "{}", "level": 1, "requiresAuth": False}


def page(path: str, **more: Json) -> Json:
    return {"$as": path[1:], "path": path, **BASE, **more}


@pytest.fixture
def site(talk: Talk) -> Talk:
    """One page for each reason to be seen or not."""
    return talk.reset(
        PageConfig=[
            page("/open"),
            page("/draft", isPublished=False),
            page("/members", requiresAuth=True),
            page("/mods", level=3, requiredRole="moderator"),
            page("/admins", level=4, requiredRole="admin"),
            page("/gods", level=5),
            page("/open", tenantId="other", **{"$as": "elsewhere"}),
            page("/open", tenantId=None, **{"$as": "nobodys"}),
        ]
    )


@pytest.mark.parametrize(
    ("actor", "paths"),
    [
        ("public", "/open"),
        ("user", "/members /open"),
        ("moderator", "/members /mods /open"),
        ("admin", "/admins /draft /members /mods /open"),
        ("god", "/admins /draft /gods /members /mods /open"),
    ],
)
def test_who_sees_which_pages(site: Talk, actor: str, paths: str) -> None:
    listed = site.call("PageConfig.list", actor, sort={"path": "asc"})
    assert [row["path"] for row in listed["data"]] == paths.split()
    assert listed["total"] == site.call("PageConfig.count", actor) == len(paths.split())
    for path in ("/open", "/draft", "/members", "/mods", "/admins", "/gods"):
        key = site.rows[path[1:]]["id"]
        if path in paths.split():
            assert site.call("PageConfig.read", actor, id=key)["path"] == path
            assert site.call("PageConfig.getByPath", actor, path=path)["id"] == key
        else:
            assert site.refused("PageConfig.read", actor, id=key).name == "FORBIDDEN"
            assert site.refused("PageConfig.getByPath", actor, path=path).name == "NOT_FOUND"


def test_anonymous_callers_see_the_tenant_that_they_name(site: Talk) -> None:
    listed = site.call("PageConfig.list")
    assert [row["id"] for row in listed["data"]] == [site.rows["nobodys"]["id"]]
    meta = {"tenant": site.tenants["other"].upper()}
    assert (
        site.call("PageConfig.getByPath", meta=meta, path="/open")["id"]
        == site.rows["elsewhere"]["id"]
    )
    meta = {"tenant": site.tenants["default"]}
    assert (
        site.refused("PageConfig.read", meta=meta, id=site.rows["draft"]["id"]).name
        == "UNAUTHORIZED"
    )
    assert site.refused("PageConfig.read", id=site.rows["open"]["id"]).name == "NOT_FOUND"
    assert site.refused("PageConfig.create", data={}).name == "UNAUTHORIZED"


def test_the_tenant_acted_in_decides_what_a_path_means(site: Talk) -> None:
    for actor, tenant, label in (
        ("supergod", None, "open"),
        ("supergod", "other", "elsewhere"),
        ("system", None, "nobodys"),
        ("system", "default", "open"),
    ):
        meta = {} if tenant is None else {"tenant": site.tenants[tenant]}
        found = site.call("PageConfig.getByPath", actor, meta=meta, path="/open")
        assert found["id"] == site.rows[label]["id"]


def test_paths_are_exact(site: Talk) -> None:
    for path in ("", "/open/", "/OPEN", "open", "/op%"):
        assert site.refused("PageConfig.getByPath", "god", path=path).name == "NOT_FOUND"
    row = site.call("PageConfig.getByPath", "god", path="/open", select=["title"])
    assert row == {"id": site.rows["open"]["id"], "title": "P"}


def test_a_level_lists_itself_and_no_other(site: Talk) -> None:
    listed = site.call("PageConfig.listByLevel", "god", level=1, sort={"path": "desc"}, limit=2)
    assert [row["path"] for row in listed["data"]] == ["/open", "/members"]
    args = {"level": 1, "sort": {"path": "desc"}, "cursor": listed["nextCursor"]}
    rest = site.call("PageConfig.listByLevel", "god", **args)
    assert [row["path"] for row in rest["data"]] == ["/draft"]
    args["level"] = 2
    assert site.refused("PageConfig.listByLevel", "god", **args).fields == {"cursor": "cursor"}
    for level, code in ((0, "min"), (7, "max"), ("1", "type"), (None, "type")):
        refusal = site.refused("PageConfig.listByLevel", "god", level=level)
        assert refusal.fields == {"level": code}
    assert site.refused("PageConfig.listByLevel", "god").fields == {"level": "required"}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("level", 0, "min"),
        ("level", 7, "max"),
        ("path", "no-slash", "pattern"),
        ("path", "/a b", "pattern"),
        ("path", "/a?b", "pattern"),
        ("path", "/a\n", "pattern"),
        ("componentTree", "{", "json"),
        ("requiredRole", "Admin", "enum"),
    ],
)
def test_mistakes_in_pages(talk: Talk, field: str, value: Json, code: str) -> None:
    data = {"path": "/a", **BASE, field: value}
    assert talk.refused("PageConfig.create", "god", data=data).fields == {field: code}


def test_code_in_pages_is_limited_and_scanned(talk: Talk) -> None:
    data = {"path": "/a", **BASE, "componentTree": '{"a": "<script >"}'}
    refusal = talk.refused("PageConfig.create", "god", data=data)
    assert (refusal.name, refusal.details["rule"]) == ("MALICIOUS_CODE_DETECTED", "MC-01")
    assert refusal.fields == {"componentTree": "malicious"}
    data["componentTree"] = "[" * 40 + "]" * 40
    refusal = talk.refused("PageConfig.create", "god", data=data)
    assert (refusal.name, refusal.details["rule"]) == ("SANDBOX_VIOLATION", "SB-02")
    data["path"] = "bad"  # check 5 on another field comes first
    assert talk.refused("PageConfig.create", "god", data=data).fields == {"path": "pattern"}
    assert talk.refused("PageConfig.create", "user", data=data).name == "FORBIDDEN"
