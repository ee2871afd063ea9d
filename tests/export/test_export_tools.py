"""Exports loaded by the tools they are for. Each is a development package; without it nothing is proven."""

import json

import pytest

from codeclm import export
from codeclm.export import Options
from codeclm.store import Store
from tests.export.exporting import chats

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]
TEXT = 'A "quoted", line\nand a second — 好 \u2028 =1+1'


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return chats(tmp_path_factory.mktemp("tools") / "p.db", TEXT)


def write(project, tmp_path, form, split=None):
    with Store.open(project) as store:
        out = tmp_path / form
        done = export.write(store, out, Options(format=form, split=split))
    assert done.rows == 12
    return out, done


@pytest.fixture
def load(tmp_path, monkeypatch):
    import datasets

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return lambda *words, **more: datasets.load_dataset(*words, cache_dir=str(tmp_path / "cache"), **more)


@pytest.mark.parametrize(
    ("form", "columns"),
    [
        ("messages", ["messages"]),
        ("alpaca", ["instruction", "input", "output", "system"]),
        ("sharegpt", ["conversations"]),
        ("prompt-completion", ["prompt", "completion"]),
        ("dpo", ["prompt", "chosen", "rejected"]),
    ],
)
def test_datasets_reads_json_lines(project, tmp_path, load, form, columns):
    out, _ = write(project, tmp_path, form)
    rows = load("json", data_files=str(out), split="train")
    assert rows.column_names == columns
    assert len(rows) == 12
    assert TEXT in json.dumps(rows[0], ensure_ascii=False).replace("\\n", "\n").replace('\\"', '"').replace(
        "\\u2028", "\u2028"
    )


def test_datasets_reads_a_hub_folder_with_its_splits(project, tmp_path, load):
    out, _ = write(project, tmp_path, "hub", split=0.3)
    rows = load(str(out))
    assert set(rows) == {"train", "test"}
    assert sum(map(len, rows.values())) == 12
    assert {turn["role"] for turn in rows["train"][0]["messages"]} <= {"system", "user", "assistant"}
    families = [{row["seed_id"] for row in rows[split]} for split in rows]
    assert not families[0] & families[1]


def test_pandas_reads_parquet_and_csv(project, tmp_path):
    import pandas

    parquet, _ = write(project, tmp_path, "parquet")
    csv, _ = write(project, tmp_path, "csv")
    one, two = pandas.read_parquet(parquet), pandas.read_csv(csv, encoding="utf-8-sig")
    assert list(one.instruction) == list(two.instruction)
    assert list(one.gap) == list(two.gap) == [7.0] * 12
    assert one.strong_truncated.dtype == bool


@pytest.mark.parametrize("form", ["messages", "prompt-completion", "dpo"])
def test_trl_knows_the_format_and_fills_a_chat_template(project, tmp_path, load, form):
    import tokenizers
    import transformers
    import trl

    out, _ = write(project, tmp_path, form)
    rows = load("json", data_files=str(out), split="train")
    assert trl.is_conversational(rows[0])
    blank = tokenizers.Tokenizer(tokenizers.models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=blank)
    tokenizer.chat_template = (
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}</{{ m.role }}>{% endfor %}"
        "{% if add_generation_prompt %}<assistant>{% endif %}"
    )
    filled = trl.apply_chat_template(rows[0], tokenizer)
    assert TEXT in "".join(filled.values())
