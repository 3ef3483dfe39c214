import pytest

from dbal_reference.client.names import plural, snake


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("create", "create"),
        ("getByPath", "get_by_path"),
        ("PageConfig", "page_config"),
        ("listByLevel", "list_by_level"),
        ("HTTPRequest", "http_request"),
        ("ifMatch", "if_match"),
        ("step2Done", "step2_done"),
    ],
)
def test_humps_become_underscores(name: str, wanted: str) -> None:
    assert snake(name) == wanted


@pytest.mark.parametrize(
    ("entity", "wanted"),
    [
        ("User", "users"),
        ("PageConfig", "page_configs"),
        ("InstalledPackage", "installed_packages"),
        ("Category", "categories"),
        ("Essay", "essays"),
        ("Box", "boxes"),
        ("Branch", "branches"),
        ("Address", "addresses"),
    ],
)
def test_entities_become_plurals(entity: str, wanted: str) -> None:
    assert plural(entity) == wanted
