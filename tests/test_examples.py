import json
import shutil

import pytest

from codeclm import examples, projects
from codeclm.errors import InputError, UsageError
from codeclm.settings import Dials
from codeclm.store import MetadataFilter

pytestmark = pytest.mark.skipif(not examples.available(), reason="no example files")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv(projects.FOLDER_ENVIRONMENT, str(tmp_path / "projects"))
    monkeypatch.delenv(projects.ENVIRONMENT, raising=False)


@pytest.fixture(scope="module")
def example():
    return examples.read()


@pytest.fixture
def damaged(tmp_path):
    """A copy of the files, and a way to change the first line of one."""
    folder = tmp_path / "files"
    shutil.copytree(examples.FILES, folder)

    def change(name, edit):
        first, *rest = (folder / name).read_text("utf-8").splitlines()
        (folder / name).write_text("\n".join([edit(first), *rest]), "utf-8")
        return folder

    return change


def test_it_has_what_a_first_look_needs(example):
    assert len(example.seeds) >= 48
    assert len({row.labels.use_case for row in example.metadata}) >= 10
    assert len({seed.tags[0] for seed in example.seeds}) >= 3
    assert len(example.comparisons) >= 60
    assert {node.iteration for node in example.instructions} == {1, 2, 3, 4}
    assert any(0 < abs(pair.gap) <= 3 for pair in example.comparisons)
    assert any(pair.gap < -3 for pair in example.comparisons)
    assert all(pair.target_first is not None for pair in example.comparisons)


def test_every_record_is_its_own(example):
    for records in (example.seeds, example.metadata, example.instructions, example.answers):
        assert len({record.id for record in records}) == len(records)


def test_the_built_project_stands_as_its_readme_says():
    with examples.build().open(readonly=True) as store:
        dials, config = Dials(), store.settings.config()
        assert config is not None
        assert config.models == {
            "strong": "authored (example)",
            "target": "SmolLM2-135M-Instruct",
            "judge": "authored (example)",
        }
        funnel = store.funnel(config.id, dials.theta, dials.iterations)
        assert (funnel.seeds, funnel.encoded, funnel.metadata) == (56, 56, 59)
        assert (funnel.instructions, funnel.comparisons) == (90, 90)
        assert (funnel.kept, funnel.exhausted, funnel.pending, funnel.failures) == (51, 3, 2, 0)
        assert "authored" in store.settings.get("about")
        assert store.metadata.count(MetadataFilter(state="proposed")) == 1
        assert {tag for tag, _ in store.seeds.tags()} >= {"en", "code"}


def test_two_builds_hold_the_same_pairs():
    def pairs(project):
        with project.open(readonly=True) as store:
            return store.pairs.page(examples.CONFIG.id, 3.0, 4, limit=None)

    assert pairs(examples.build("one")) == pairs(examples.build("two"))


def test_a_name_that_is_taken_is_left_alone():
    examples.build()
    with pytest.raises(UsageError):
        examples.build()
    assert [project.name for project in projects.listed()] == ["example"]


@pytest.mark.parametrize(
    ("name", "edit"),
    [
        ("seeds.jsonl", lambda line: line[:-5]),
        ("seeds.jsonl", lambda line: json.dumps({**json.loads(line), "text": ""})),
        ("metadata.jsonl", lambda line: json.dumps({**json.loads(line), "seed": "none"})),
        ("rubrics.jsonl", lambda _: "{}"),
        ("lineages.jsonl", lambda _: "[]"),
    ],
)
def test_damaged_files_build_nothing(damaged, name, edit):
    with pytest.raises(InputError) as caught:
        examples.build(folder=damaged(name, edit))
    assert "\n" not in str(caught.value)
    assert projects.fresh()


def test_missing_files_are_told(tmp_path):
    assert not examples.available(tmp_path)
    with pytest.raises(InputError):
        examples.build(folder=tmp_path)
