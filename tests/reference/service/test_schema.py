"""dbal.schema: definitions that, loaded again, mean the same (SYS-SCHEMA-001)."""

import shutil
from pathlib import Path

import yaml
from tests.reference.talk import Talk

from dbal_reference.schema.load import load_schema
from dbal_reference.schema.locate import packaged_schema


def test_definitions_can_be_loaded_again(talk: Talk, tmp_path: Path) -> None:
    root = tmp_path / "schema"
    shutil.copytree(packaged_schema(), root)
    shutil.rmtree(root / "entities")
    (root / "entities").mkdir()
    for definition in talk.call("dbal.schema", "system"):
        text = yaml.safe_dump(definition, sort_keys=False)
        (root / "entities" / f"{definition['entity'].lower()}.yaml").write_text(text)
    assert load_schema(root).entities == talk.target.service.schema.entities
