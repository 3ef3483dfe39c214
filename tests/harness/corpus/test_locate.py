from pathlib import Path

import pytest

from dbal_conform.core.errors import HarnessError
from dbal_conform.corpus.locate import cases_root, find, schema_root, targets_root


def test_a_checkout_has_all_three_at_its_top() -> None:
    top = Path(__file__).parents[3]
    assert schema_root() == top / "schema"
    assert cases_root() == top / "cases"
    assert targets_root() == top / "adapters_under_test"


def test_a_checkout_comes_before_what_an_install_left_behind(tmp_path: Path) -> None:
    package = tmp_path / "harness" / "dbal_conform"
    packaged = package / "_data" / "cases"
    packaged.mkdir(parents=True)
    assert find("cases", packaged, package=package) == packaged
    (tmp_path / "cases").mkdir()
    assert find("cases", packaged, package=package) == packaged
    (tmp_path / "pyproject.toml").touch()
    assert find("cases", packaged, package=package) == tmp_path / "cases"


def test_an_installation_without_data_is_broken(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=r"^cases/ is neither"):
        find("cases", tmp_path / "nowhere", package=tmp_path / "site" / "dbal_conform")
