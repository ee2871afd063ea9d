"""The call log and its texts: what was said comes back, once paid, in little room."""

import contextlib
import random
import zlib
from dataclasses import replace

import pytest
from growing import C, basic, call, encoded, grown, log, request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeclm.errors import ProjectError
from codeclm.llm.model import Call, Reply, Schema
from codeclm.records import Failure
from codeclm.store import CallFilter, Spend, Store
from codeclm.store.evaluations import Prompt
from codeclm.store.texts import WINDOW, Texts
from tests.logs import every_call

WORDS = st.sampled_from(["ode", "rust", "\n", "€", "the same long phrase again and again ", "x" * 200])
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])), st.lists(WORDS, max_size=60).map("".join)
)


def test_a_reply_answers_its_key_and_says_that_it_is_cached(store: Store) -> None:
    made = call()
    store.calls.put(made)
    assert made.reply is not None
    assert store.calls.get(made.request.key) == made.reply._replace(cached=True)
    assert store.calls.get(request("another").key) is None


@pytest.mark.parametrize("finish", ["stop", "length", "content_filter"])
def test_the_whole_call_comes_back(store: Store, finish: str) -> None:
    asked = replace(request(), schema=Schema("scores", {"type": "object", "required": ["a"]}), attempt=2)
    made = Call(asked, Reply("a", "a", finish, 1, 2, None, 0.125), started=12.5)
    failed = Call(request("b"), None, "timed out", 13.0)
    log(store, [made, failed])
    assert [logged.call for logged in every_call(store)] == [failed, made]
    assert every_call(store)[1].key == asked.key
    assert [logged.number for logged in store.calls.of_record("r")] == [1, 2]


def test_errors_are_logged_and_never_answer(store: Store) -> None:
    made = call()
    error = Call(made.request, None, "503")
    log(store, [error, error])
    assert store.calls.get(made.request.key) is None
    store.calls.put(made)
    assert store.calls.get(made.request.key) is not None
    assert store.calls.count() == 3
    assert store.calls.count(CallFilter(errors=True)) == 2


def test_the_first_reply_to_a_key_stands(store: Store) -> None:
    log(store, [call(reply="first"), call(reply="second")])
    found = store.calls.get(call().request.key)
    assert found is not None
    assert found.text == "first"
    assert store.calls.spend() == {"all": Spend(1, 0, 10, 5, 0.5)}


def test_attempts_and_samples_are_other_keys(store: Store) -> None:
    calls = [call(), call(attempt=1), call(sample=1)]
    log(store, calls)
    assert store.calls.count() == len({made.request.key for made in calls}) == 3


def test_spend_by_role_and_stage_and_an_unknown_price_stays_unknown(store: Store) -> None:
    assert store.calls.spend() == {"all": Spend()}
    strong = call(cost=0.25)
    strong = replace(strong, request=replace(strong.request, role="strong", stage="answer"))
    log(store, [strong, call("a"), call("b"), Call(request("c"), None, "503")])
    assert store.calls.spend("role") == {
        "strong": Spend(1, 0, 10, 5, 0.25),
        "judge": Spend(3, 1, 20, 10, 1.0),
    }
    assert store.calls.spend("stage").keys() == {"answer", "judge"}
    store.calls.put(call("d", cost=None))
    assert store.calls.spend()["all"] == Spend(5, 1, 40, 20, None)
    assert store.calls.spend("role")["strong"].cost == 0.25


def test_what_is_behind_a_metadata_is_its_calls_and_those_of_what_was_made_of_it(store: Store) -> None:
    metadata, other = encoded(store), encoded(store, "Another")
    nodes = [basic(metadata, f"Poem {number}", number) for number in range(2)]
    for node in nodes:
        grown(store, node, 2.0)
    log(store, (call(str(at), record=id_) for at, id_ in enumerate([metadata.id, *(n.id for n in nodes)])))
    log(store, [call("x", record=other.id), Call(request("y", record=metadata.id), None, "503")])
    assert store.calls.behind(metadata.id, C) == (3, 1.5)
    assert store.calls.behind(metadata.id, "") == (1, 0.5)
    store.calls.put(call("z", cost=None, record=nodes[0].id))
    assert store.calls.behind(metadata.id, C) == (4, None)


def test_pages_of_calls_are_newest_first_and_filtered(store: Store) -> None:
    log(store, (call(str(number), record=f"r{number % 2}") for number in range(6)))
    assert [logged.number for logged in store.calls.rows(limit=2, offset=1)] == [5, 4]
    assert [logged.number for logged in store.calls.rows(CallFilter(record="r0"))] == [5, 3, 1]
    assert store.calls.rows(CallFilter("strong")) == store.calls.rows(CallFilter(stage="answer")) == []
    assert len(store.calls.rows(CallFilter("judge", "judge", errors=False))) == 6


def test_rows_are_found_by_the_words_of_what_they_were_made_for(store: Store) -> None:
    metadata = encoded(store, "Write an ode to the Ölberg")
    node = basic(metadata, "Write 100% of a sonnet")
    store.lineages.add_instruction(node, C)
    records = (metadata.seed or "", metadata.id, node.id)
    log(store, (call(record, record=record) for record in records))
    store.calls.put(Call(request("x"), None, "503: a sonnet too many"))

    def numbers(words: str) -> list[int]:
        found = store.calls.rows(CallFilter(search=words))
        assert store.calls.count(CallFilter(search=words)) == len(found)
        return [row.number for row in found]

    assert numbers("ölberg") == [1]
    assert numbers(" Poetry") == numbers("rhyme") == [2]
    assert numbers("sonnet") == [4, 3]
    assert numbers("100%") == [3]
    store.lineages.add_instruction(basic(metadata, "A decade, 2024", 1), C)
    store.calls.put(call("decade", record=basic(metadata, "A decade, 2024", 1).id))
    assert numbers("decade") == numbers("2024") == [5]
    assert numbers("sonnet a write") == numbers('"of a sonnet"') == [3]
    pair = grown(store, node, 5)
    assert numbers(pair.id) == numbers(pair.id[:9]) == [3]
    assert numbers("10_%") == numbers("nothing of it") == []


def test_rows_are_found_by_the_words_of_the_test_prompt_they_were_made_for(store: Store) -> None:
    prompts = [Prompt("Name a FISH of the Ölbach"), Prompt("Name a bird")]
    store.evaluations.add({"title": "first"}, prompts)
    log(store, (call(each.text, record=each.node.id) for each in prompts))

    def numbers(words: str, **more: object) -> list[int]:
        where = CallFilter(search=words, **more)  # type: ignore[arg-type]
        found = [row.number for row in store.calls.rows(where)]
        assert store.calls.count(where) == len(found)
        return found

    assert numbers("fish") == numbers("ölbach name") == numbers('"a fish"') == [1]
    assert numbers("name") == [2, 1]
    assert numbers("name", role="strong") == numbers("reptile") == []
    assert numbers(prompts[1].node.id[:8]) == [2]


def test_rows_are_found_by_job_model_state_and_the_beginning_of_an_id(store: Store) -> None:
    log(store, [call("a", record="ab" * 10), Call(request("b"), None, "503: try later")])
    store.calls.job = 7
    log(store, [call("c", record="abab" + "0" * 16), call("d", record="m:1")])
    find = store.calls.rows
    assert [row.number for row in find()] == [4, 3, 2, 1]
    assert [row.number for row in find(CallFilter(job=7))] == [4, 3]
    assert [row.job for row in find(CallFilter(search="ABAB"))] == [7, 0]
    assert [row.error for row in find(CallFilter(search="try later"))] == ["503: try later"]
    for number, row in enumerate(reversed(find()), 1):
        logged = store.calls.number(number)
        assert logged is not None
        assert row.key == logged.key == logged.call.request.key
        assert [each.number for each in find(CallFilter(search=row.key[:12]))] == [number]
    assert store.calls.count(CallFilter(model="m", errors=False)) == 3
    assert store.calls.count(CallFilter(model="n")) == 0
    assert find(CallFilter(search="zzz")) == find(offset=4) == []
    assert store.calls.number(99) is None
    assert store.calls.models() == ["m"]
    assert store.calls.spend("role", job=7)["judge"] == Spend(2, 0, 20, 10, 1.0)
    assert store.calls.spend()["all"].calls == 4


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS, st.sampled_from([b"a", b"b", b""]), st.sampled_from(["", "x"])), max_size=8))
def test_every_text_comes_back_whatever_it_leans_on(
    store: Store, texts: list[tuple[str, bytes, str]]
) -> None:
    kept = Texts(store._db)
    with store.write():
        numbers = [kept.put(*text) for text in texts]
    assert [kept.get(number) for number in numbers] == [text for text, _, _ in texts]
    assert len(set(numbers)) == len({text for text, _, _ in texts})


def test_very_long_texts_come_back(store: Store) -> None:
    rng = random.Random(3)
    long = "".join(rng.choices("abcdefgh \n", k=3 * WINDOW))
    kept = Texts(store._db)
    with store.write():
        numbers = [kept.put(text, b"r") for text in (long[:WINDOW], long, long + "!")]
    assert [kept.get(number) for number in numbers] == [long[:WINDOW], long, long + "!"]


def test_a_rollback_leaves_nothing_to_lean_on(store: Store) -> None:
    phrase = "An instruction long enough to be worth leaning on, said twice over. " * 3
    kept = Texts(store._db)
    with contextlib.suppress(ZeroDivisionError), store.write():
        kept.put(phrase, b"r")
        _ = 1 / 0
    with store.write():
        other = kept.put("Something quite different, which now has the number of the first. " * 3)
        again = kept.put(f"Judge this: {phrase}", b"r")
    assert kept.get(again) == f"Judge this: {phrase}"
    assert kept.get(other).startswith("Something")


def test_what_is_remembered_of_texts_has_a_limit(store: Store) -> None:
    kept = Texts(store._db)
    with store.write():
        for number in range(1500):
            kept.put(f"A text that is long enough to be leaned on by others, number {number}.", f"{number}")
            kept.follow(f"child of {number}", f"{number}")
    assert len(kept._near) <= 512
    assert len(kept._plain) <= 4096


def test_a_damaged_text_is_one_line(store: Store) -> None:
    made = call(reply="A reply that is long enough to be deflated. " * 3)
    store.calls.put(made)
    store._db.execute("update texts set data = x'ff00ff' where typeof(data) = 'blob'")
    with pytest.raises(ProjectError, match="damaged"):
        store.calls.get(made.request.key)
    with pytest.raises(ProjectError, match="missing"):
        Texts(store._db).get(10_000)


def test_a_judgement_takes_little_more_than_what_is_new_in_it(store: Store) -> None:
    rng = random.Random(5)
    words = ["".join(rng.choices("abcdefghijklmnop", k=rng.randint(2, 9))) for _ in range(2000)]

    def said(number: int) -> str:
        return " ".join(rng.choices(words, k=number))

    template, unique = said(150), 0
    calls = []
    for number in range(40):
        record, instruction, answers = f"{number:020x}", said(40), [said(120), said(100)]
        unique += sum(len(zlib.compress(text.encode())) for text in (instruction, *answers))
        for role, answer in zip(("strong", "target"), answers, strict=True):
            asked = replace(request(instruction, record), role=role, stage="answer")
            calls.append(Call(asked, Reply(answer, answer)))
        for first, second in (answers, answers[::-1]):
            prompt = f"{template}\n{instruction}\n1: {first}\n2: {second}"
            reply = said(25)
            unique += len(zlib.compress(reply.encode()))
            calls.append(Call(request(prompt, record), Reply(reply, reply)))
    log(store, calls)
    assert [logged.call.request for logged in reversed(every_call(store))] == [made.request for made in calls]
    stored = store._db.value("select sum(length(data)) from texts")
    assert stored < 1.25 * unique


def test_a_reply_is_found_in_as_few_steps_in_a_long_log_as_in_a_short_one(store: Store) -> None:
    def steps(key: str) -> int:
        taken: list[None] = []
        store._db.raw.set_progress_handler(lambda: taken.append(None), 1)
        store.calls.get(key)
        store._db.raw.set_progress_handler(None, 0)
        return len(taken)

    calls = [call(f"question {number}") for number in range(1_000)]
    log(store, calls[:10])
    few = steps(calls[0].request.key)
    log(store, calls[10:])
    assert 0 < steps(calls[0].request.key) <= 3 * few
    assert all(store.calls.get(made.request.key) for made in calls)


def test_raw_replies_of_failures_come_back(store: Store) -> None:
    failure = Failure("judge", "r", C, "no JSON", "raw \0 text " * 20)
    store.failures.put(failure)
    assert store.failures.page(C) == [failure]
