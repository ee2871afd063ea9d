"""Split exports read by the trainers' own loaders, as their users would: by the files written beside them.

LLaMA-Factory and Axolotl are large: `make test-trainers` installs what is needed here. Where they are not
installed nothing is proven, and `test_export_files` holds what is written against their documented schema.
"""

import json
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest
import yaml

from codeclm import export
from codeclm.export import Options
from codeclm.store import Store
from tests.export.exporting import chats

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]
TEXT = 'A "quoted", line\nand a second — 好 =1+1'
TEMPLATE = (
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}</{{ m.role }}>{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return chats(tmp_path_factory.mktemp("trainers") / "p.db", TEXT)


@pytest.fixture
def write(project, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("DISABLE_VERSION_CHECK", "1")

    def make(form):
        with Store.open(project) as store:
            done = export.write(store, tmp_path / form, Options(format=form, split=0.3))
        assert done.rows == 12
        return tmp_path / form

    return make


@pytest.mark.parametrize("form", ["messages", "alpaca", "sharegpt", "parquet", "hub"])
def test_llama_factory_loads_what_dataset_info_names(write, tmp_path, form):
    parser = pytest.importorskip("llamafactory.data.parser")
    loader = pytest.importorskip("llamafactory.data.loader")
    out = write(form)
    arguments = SimpleNamespace(
        dataset_dir=str(out), media_dir=str(out), streaming=False, preprocessing_num_workers=1,
        overwrite_cache=True, max_samples=None,
    )  # fmt: skip
    model = SimpleNamespace(cache_dir=str(tmp_path / "cache"), hf_hub_token=None)
    training = SimpleNamespace(local_process_index=0)
    seen, systems = [], []
    for each in parser.get_dataset_list(["codeclm_train", "codeclm_test"], str(out)):
        for row in loader._load_single_dataset(each, model, arguments, training):
            ((asked,), (said,)) = row["_prompt"], row["_response"]
            assert (asked["role"], said["role"]) == ("user", "assistant")
            assert said["content"] == f"Good: {asked['content']}"
            seen.append(asked["content"])
            systems.append(row["_system"] or "")
    assert sorted(seen) == sorted(f"{TEXT} {number}" for number in range(12))
    assert sorted(systems) == [""] * 6 + ["Be brief."] * 6


@pytest.fixture
def tokenizer():
    import tokenizers
    import transformers

    signs = {
        sign: number for number, sign in enumerate(["[UNK]", "</s>", *map(chr, range(10, 0x250)), *"—好"])
    }
    model = tokenizers.Tokenizer(tokenizers.models.WordLevel(signs, unk_token="[UNK]"))
    model.pre_tokenizer = tokenizers.pre_tokenizers.Split("", "isolated")
    made = transformers.PreTrainedTokenizerFast(tokenizer_object=model, eos_token="</s>", unk_token="[UNK]")
    made.chat_template = TEMPLATE
    return made


def rows_of(path):
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("form", ["messages", "alpaca", "sharegpt", "hub"])
def test_axolotl_makes_prompts_of_what_its_stanza_names(write, tokenizer, form):
    strategies = pytest.importorskip("axolotl.prompt_strategies")
    shared = pytest.importorskip("axolotl.utils.dict")
    wrappers = pytest.importorskip("axolotl.utils.data.wrappers")
    import datasets

    out = write(form)
    stanza = yaml.safe_load((out / "axolotl.yaml").read_text("utf-8"))
    assert strategies
    said = []
    for entry in (*stanza["datasets"], *stanza["test_datasets"]):
        config = shared.DictDefault({"sequence_len": 4096, "datasets": [entry], "train_on_inputs": False})
        rows = datasets.Dataset.from_list(rows_of(out / entry["path"]))
        made, _ = wrappers.get_dataset_wrapper(
            shared.DictDefault(entry), tokenizer, config, entry["type"], rows
        )
        for row in made:
            learnt = [token for token in row["labels"] if token != -100]
            said.append("".join(tokenizer.convert_ids_to_tokens(learnt)))
    assert len(said) == 12
    assert all(f"Good: {TEXT} {number}" in "\0".join(said) for number in range(12))
    assert not any("Be brief." in each for each in said)


def test_axolotl_makes_preferences_of_dpo(write, tokenizer):
    dpo = pytest.importorskip("axolotl.prompt_strategies.dpo")
    shared = pytest.importorskip("axolotl.utils.dict")
    out = write("dpo")
    stanza = yaml.safe_load((out / "axolotl.yaml").read_text("utf-8"))
    assert stanza["rl"] == "dpo"
    for entry in stanza["datasets"]:
        config = shared.DictDefault({"datasets": [entry], "rl": "dpo"})
        transform, _ = dpo.load(entry["type"], config, dataset_idx=0)
        for row in rows_of(out / entry["path"]):
            made = transform(row, tokenizer=tokenizer)
            asked = row["prompt"][-1]["content"]
            assert made["prompt"].endswith(f"<user>{asked}</user><assistant>")
            assert made["chosen"].startswith(f"Good: {asked}")
            assert made["rejected"].startswith(f"Bad: {asked}")
