"""Component trees: getTree, reorder, move (CMP)."""

import pytest
from tests.reference.talk import Json, Talk

PAGE = {"title": "P", "componentTree": "{}", "level": 1, "requiresAuth": False}
MISSING = "00000000-0000-4000-8000-000000000000"


def node(name: str, parent: str | None = None, order: int = 0, page: str = "p") -> Json:
    row = {"$as": name, "pageId": f"${page}.id", "type": name, "order": order}
    return row if parent is None else {**row, "parentId": f"${parent}.id"}


@pytest.fixture
def tree(talk: Talk) -> Talk:
    """a(b(d), c), e on one page; x on another."""
    return talk.reset(
        PageConfig=[
            {"$as": "p", "path": "/p", **PAGE},
            {"$as": "q", "path": "/q", **PAGE},
            {"$as": "empty", "path": "/e", **PAGE},
        ],
        ComponentNode=[
            node("a", order=1),
            node("b", "a", 1),
            node("c", "a", 0),
            node("d", "b"),
            node("e", order=0),
            node("x", page="q"),
        ],
    )


def key(talk: Talk, name: str) -> str:
    found: str = talk.rows[name]["id"]
    return found


def shape(nodes: Json) -> str:
    return " ".join(
        n["type"] + (f"({shape(n['children'])})" if n["children"] else "") for n in nodes
    )


def tree_of(talk: Talk, page: str = "p") -> str:
    return shape(talk.call("ComponentNode.getTree", "god", pageId=key(talk, page)))


def move(talk: Talk, name: str, parent: str | None, order: int = 0) -> Json:
    parent_id = None if parent is None else key(talk, parent)
    args = {"id": key(talk, name), "newParentId": parent_id, "order": order}
    return talk.call("ComponentNode.move", "god", **args)


def test_the_tree_is_nested_with_siblings_by_order(tree: Talk) -> None:
    assert tree_of(tree) == "e a(c b(d))"
    assert tree_of(tree, "empty") == ""
    nodes = tree.call("ComponentNode.getTree", "admin", pageId=key(tree, "p"))
    assert nodes[0] == {**tree.rows["e"], "children": []}


def test_a_tree_is_never_cut_at_a_page_limit(tree: Talk) -> None:
    items = [{"pageId": key(tree, "empty"), "type": "n"} for _ in range(450)]
    tree.call("ComponentNode.createMany", "god", items=items)
    nodes = tree.call("ComponentNode.getTree", "god", pageId=key(tree, "empty"))
    assert len({n["id"] for n in nodes}) == 450
    assert [n["id"] for n in nodes] == sorted(n["id"] for n in nodes)


@pytest.mark.parametrize(
    ("page", "name", "fields"),
    [
        (MISSING, "NOT_FOUND", {}),
        ("nonsense", "NOT_FOUND", {}),
        ("", "VALIDATION_ERROR", {"pageId": "empty"}),
        (5, "VALIDATION_ERROR", {"pageId": "type"}),
    ],
)
def test_a_page_that_is_not_there(talk: Talk, page: Json, name: str, fields: Json) -> None:
    refusal = talk.refused("ComponentNode.getTree", "god", pageId=page)
    assert (refusal.name, refusal.fields) == (name, fields)


def test_the_pages_rules_decide_who_sees_its_tree(talk: Talk) -> None:
    talk.reset(PageConfig=[{"$as": "high", "path": "/h", **PAGE, "level": 5}])
    page = talk.rows["high"]["id"]
    assert talk.call("ComponentNode.getTree", "god", pageId=page) == []
    assert talk.refused("ComponentNode.getTree", "admin", pageId=page).name == "FORBIDDEN"
    assert talk.refused("ComponentNode.getTree", "user", pageId=page).name == "FORBIDDEN"
    assert talk.refused("ComponentNode.getTree", pageId=page).name == "UNAUTHORIZED"
    assert talk.refused("ComponentNode.getTree", "stranger", pageId=page).name == "NOT_FOUND"


def test_move_takes_descendants_along_and_leaves_siblings_alone(tree: Talk) -> None:
    row = move(tree, "b", "e", 7)
    assert row == {**tree.rows["b"], "parentId": key(tree, "e"), "order": 7}
    assert tree_of(tree) == "e(b(d)) a(c)"
    move(tree, "b", None, 0)
    assert sorted(tree_of(tree).split(" ")) == ["a(c)", "b(d)", "e"]


@pytest.mark.parametrize(
    ("name", "parent", "code"), [("a", "a", "cycle"), ("a", "d", "cycle"), ("b", "x", "reference")]
)
def test_places_where_a_row_cannot_hang(tree: Talk, name: str, parent: str, code: str) -> None:
    args = {"id": key(tree, name), "newParentId": key(tree, parent), "order": 0}
    assert tree.refused("ComponentNode.move", "god", **args).fields == {"newParentId": code}
    data = {"parentId": key(tree, parent)}
    refusal = tree.refused("ComponentNode.update", "god", id=key(tree, name), data=data)
    assert refusal.fields == {"parentId": code}


@pytest.mark.parametrize(
    ("args", "fields"),
    [
        ({"newParentId": MISSING}, {"newParentId": "reference"}),
        ({"newParentId": "nonsense"}, {"newParentId": "reference"}),
        ({"newParentId": ""}, {"newParentId": "empty"}),
        ({"newParentId": 5}, {"newParentId": "type"}),
        ({"order": -1}, {"order": "min"}),
        ({"order": 2**31}, {"order": "max"}),
        ({"order": None}, {"order": "type"}),
    ],
)
def test_mistakes_of_a_move(tree: Talk, args: Json, fields: Json) -> None:
    call = {"id": key(tree, "b"), "newParentId": None, "order": 0, **args}
    assert tree.refused("ComponentNode.move", "god", **call).fields == fields


def test_all_arguments_of_a_move_are_required(talk: Talk) -> None:
    refusal = talk.refused("ComponentNode.move", "god")
    assert set(refusal.fields.values()) == {"required"}
    assert set(refusal.fields) == {"id", "newParentId", "order"}


def test_a_new_component_hangs_on_its_own_page(tree: Talk) -> None:
    data = {"pageId": key(tree, "p"), "parentId": key(tree, "x"), "type": "n"}
    refusal = tree.refused("ComponentNode.create", "god", data=data)
    assert refusal.fields == {"parentId": "reference"}


def chain(talk: Talk, length: int) -> list[str]:
    """Keys of a path of this many levels, the root first."""
    keys: list[str] = []
    for _ in range(length):
        data = {"pageId": key(talk, "empty"), "type": "n", "parentId": keys[-1] if keys else None}
        keys.append(talk.call("ComponentNode.create", "god", data=data)["id"])
    return keys


def test_a_tree_has_at_most_32_levels(tree: Talk) -> None:
    keys = chain(tree, 32)
    data = {"pageId": key(tree, "empty"), "type": "n", "parentId": keys[-1]}
    assert tree.refused("ComponentNode.create", "god", data=data).fields == {"parentId": "limit"}
    two = chain(tree, 2)
    args = {"id": two[0], "newParentId": keys[30], "order": 0}
    assert tree.refused("ComponentNode.move", "god", **args).fields == {"newParentId": "limit"}
    args["newParentId"] = keys[29]
    assert tree.call("ComponentNode.move", "god", **args)["parentId"] == keys[29]


def place(talk: Talk, name: str, order: Json) -> Json:
    return {"id": key(talk, name), "order": order}


def test_reorder_changes_all_siblings(tree: Talk) -> None:
    places = [place(tree, "b", 0), place(tree, "c", 1)]
    assert tree.call("ComponentNode.reorder", "god", components=places) is True
    assert tree_of(tree) == "e a(b(d) c)"
    assert tree.call("ComponentNode.reorder", "god", components=[]) is True


def test_reorder_changes_none_if_one_will_not_do(tree: Talk) -> None:
    b, c, d, x = (place(tree, name, 5) for name in "bcdx")
    gone = {"id": MISSING, "order": 1}
    cases: list[tuple[Json, str, Json]] = [
        ([b, gone], "NOT_FOUND", {}),
        ([b, {"id": "nonsense", "order": 1}], "NOT_FOUND", {}),
        ([b, d], "VALIDATION_ERROR", {"components[1].id": "reference"}),
        ([b, x, c], "VALIDATION_ERROR", {"components[1].id": "reference"}),
        ([b, c, b], "VALIDATION_ERROR", {"components[2].id": "unique"}),
        (
            [{"id": ""}],
            "VALIDATION_ERROR",
            {"components[0].id": "empty", "components[0].order": "required"},
        ),
        (
            [{**b, "z": 1, "order": -1}],
            "VALIDATION_ERROR",
            {"components[0].order": "min", "components[0].z": "unknown_field"},
        ),
        ([5], "VALIDATION_ERROR", {"components[0]": "type"}),
        (None, "VALIDATION_ERROR", {"components": "type"}),
    ]
    for components, name, fields in cases:
        refusal = tree.refused("ComponentNode.reorder", "god", components=components)
        assert (refusal.name, refusal.fields) == (name, fields)
    assert tree.refused("ComponentNode.reorder", "admin", components=[]).name == "FORBIDDEN"


def test_child_ids_are_the_clients_own_note(tree: Talk) -> None:
    data = {"pageId": key(tree, "p"), "type": "n", "childIds": '["nobody", "nobody"]'}
    assert tree.call("ComponentNode.create", "god", data=data)["childIds"] == data["childIds"]
    for value, code in (("[1]", "json"), ("{}", "json"), ("[", "json")):
        refusal = tree.refused("ComponentNode.create", "god", data={**data, "childIds": value})
        assert refusal.fields == {"childIds": code}
