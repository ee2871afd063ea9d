"""The first of the migrations; no more come to them: new ones go into `later`."""

from __future__ import annotations

from sqlite_utils import Database

from codeclm.store.migrations.steps import migrations, run


@migrations()
def m001_settings(db: Database) -> None:
    """Named values, configs, and the counter that caches watch. Config 1 is what came from files."""
    run(
        db,
        "create table revision (number integer not null)",
        # Not from 0: another file that takes the path of this one would come to the same numbers.
        "insert into revision values (random() & 4398046511103)",
        "create table settings (name text primary key, value text not null) without rowid",
        "create table configs (seq integer primary key, id text not null unique, value text)",
        "insert into configs (seq, id) values (1, 'imported')",
    )


@migrations()
def m002_texts(db: Database) -> None:
    """Large texts, once each: as they are where short, else deflated, with other texts as dictionary."""
    run(
        db,
        "create table texts (seq integer primary key, hash blob not null unique, bases text, data not null)",
    )


@migrations()
def m003_seeds(db: Database) -> None:
    """Seeds by order of import, with tombstones and tags."""
    run(
        db,
        """create table seeds (
            seq integer primary key, id blob not null unique, deleted integer not null default 0,
            text text not null, messages text, source text not null, row integer not null)""",
        "create index seeds_deleted on seeds (deleted)",
        """create table seed_tags (
            tag text not null, seed integer not null references seeds,
            primary key (tag, seed)) without rowid""",
        "create index seed_tags_seed on seed_tags (seed)",
    )


@migrations()
def m004_metadata(db: Database) -> None:
    """Metadata and its labels. `place` orders: the seed's number, or after all of those the id."""
    run(
        db,
        """create table labels (
            seq integer primary key, id blob not null unique,
            use_case text not null, skills text not null)""",
        """create table metadata (
            seq integer primary key, id blob not null unique, place not null unique, origin text not null,
            seed integer references seeds, draw text, state text not null,
            labels integer not null references labels, original integer not null references labels)""",
        """create table revisions (
            seq integer primary key, metadata integer not null references metadata,
            labels integer not null references labels, author text not null, at real not null)""",
        "create index revisions_metadata on revisions (metadata)",
        "create index metadata_seed on metadata (seed) where seed is not null",
    )


@migrations()
def m005_lineages(db: Database) -> None:
    """Instructions and what is made of them. A node is an instruction as reached under a config."""
    run(
        db,
        """create table rubrics (
            labels integer not null references labels, config integer not null references configs,
            sample integer not null, rubrics text not null, actions text not null,
            primary key (labels, config, sample)) without rowid""",
        """create table instructions (
            seq integer primary key, id blob not null unique, metadata integer not null references metadata,
            labels integer not null references labels, parent integer references instructions,
            sample integer not null, iteration integer not null, origin text not null, action text,
            text text not null)""",
        "create index instructions_parent on instructions (parent) where parent is not null",
        """create table answers (
            seq integer primary key, id blob not null, instruction integer not null references instructions,
            config integer not null references configs, role text not null, sample integer not null,
            text integer not null references texts, truncated integer not null, model text not null,
            unique (instruction, config, role, sample))""",
        """create table comparisons (
            seq integer primary key, id blob not null unique,
            instruction integer not null references instructions,
            config integer not null references configs,
            strong integer not null references answers, target integer not null references answers,
            strong_first text not null, target_first text,
            rationales text not null)""",
        """create table nodes (
            config integer not null references configs, place not null, sample integer not null,
            iteration integer not null, id blob not null,
            instruction integer not null references instructions,
            comparison integer references comparisons, gap real, reach real not null,
            leaf integer not null, given integer not null, stale integer not null,
            primary key (config, place, sample, iteration, id)) without rowid""",
        "create index nodes_comparison on nodes (comparison) where comparison is not null",
    )


@migrations()
def m006_calls(db: Database) -> None:
    """The call log. What many calls share is kept once in `kinds`, with the sums of those calls."""
    run(
        db,
        """create table kinds (
            seq integer primary key, role text not null, stage text not null, shape text not null unique,
            calls integer not null default 0, errors integer not null default 0,
            prompt_tokens integer not null default 0, completion_tokens integer not null default 0,
            cost real not null default 0, unpriced integer not null default 0)""",
        """create table calls (
            seq integer primary key, key blob not null, kind integer not null references kinds,
            record blob not null, messages text not null, seed integer, sample integer not null,
            attempt integer not null, reply integer references texts, raw integer references texts,
            finish text, prompt_tokens integer, completion_tokens integer, cost real, took integer,
            started integer not null, error text)""",
        "create unique index calls_answer on calls (key) where reply is not null",
        "create index calls_record on calls (record)",
    )


@migrations()
def m007_failures(db: Database) -> None:
    """Failed steps; `wanted` is the attempt to make next, `sample` -1 means the record as a whole."""
    run(
        db,
        """create table failures (
            config integer not null references configs, stage text not null, record blob not null,
            sample integer not null, id blob not null unique, at real not null, reason text not null,
            raw integer references texts, attempt integer not null, wanted integer not null,
            transport integer not null, open integer not null,
            primary key (config, stage, record, sample)) without rowid""",
    )


@migrations()
def m008_decisions(db: Database) -> None:
    """The log of decisions, and what follows from it: which entries stand, and the verdict on each pair."""
    run(
        db,
        """create table decisions (
            seq integer primary key, at real not null, kind text not null, reviewer text not null,
            entry integer references decisions, comparison integer not null references comparisons,
            verdict text, answer text, instruction text, response text, reasons text,
            edited integer references instructions)""",
        """create table standing (
            entry integer primary key references decisions, reviewer text not null,
            comparison integer not null references comparisons, undone integer not null)""",
        "create index standing_reviewer on standing (reviewer, undone, entry)",
        "create index standing_comparison on standing (comparison)",
        """create table verdicts (
            comparison integer primary key references comparisons, verdict text not null,
            entry integer references decisions)""",
    )


@migrations()
def m009_jobs(db: Database) -> None:
    """Jobs and how far each of their stages is."""
    run(
        db,
        """create table jobs (
            seq integer primary key, kind text not null, pid integer not null, command text not null,
            started real not null, heartbeat real not null, finished real, state text not null,
            message text not null default '', sent integer not null default 0,
            cached integer not null default 0, stop integer not null default 0)""",
        """create table progress (
            job integer not null references jobs, stage text not null, done integer not null,
            total integer not null, primary key (job, stage)) without rowid""",
    )


@migrations()
def m010_vectors(db: Database) -> None:
    """Embeddings of texts, by model and the text's hash."""
    run(
        db,
        "create table embedders (seq integer primary key, name text not null unique)",
        """create table vectors (
            embedder integer not null references embedders, text blob not null, data blob not null,
            unique (embedder, text))""",
    )


@migrations()
def m011_evaluations(db: Database) -> None:
    """Evaluations: prompts, and by candidate (0: the strong model) answers, scores and failures."""
    run(
        db,
        """create table evaluations (
            seq integer primary key, id blob not null unique, at real not null, spec text not null)""",
        """create table evaluation_prompts (
            evaluation integer not null references evaluations, place integer not null,
            text integer not null references texts, kind text not null,
            primary key (evaluation, place)) without rowid""",
        """create table evaluation_answers (
            evaluation integer not null references evaluations, candidate integer not null,
            place integer not null, text integer not null references texts, truncated integer not null,
            primary key (evaluation, candidate, place)) without rowid""",
        """create table evaluation_scores (
            evaluation integer not null references evaluations, candidate integer not null,
            place integer not null, orders text not null, rationales text not null,
            primary key (evaluation, candidate, place)) without rowid""",
        """create table evaluation_failures (
            evaluation integer not null references evaluations, candidate integer not null,
            place integer not null, stage text not null, reason text not null,
            raw integer references texts, attempt integer not null, wanted integer not null,
            transport integer not null,
            primary key (evaluation, candidate, place)) without rowid""",
    )


@migrations()
def m012_reviewing(db: Database) -> None:
    """Several reviewers (adjudication, decisions taken together, flags), and how long answers are."""
    run(
        db,
        "alter table decisions add column adjudicated integer not null default 0",
        "alter table decisions add column batch integer",
        "create index decisions_batch on decisions (batch) where batch is not null",
        """create table flags (
            comparison integer not null references comparisons, reviewer text not null, at real not null,
            note text not null, primary key (comparison, reviewer)) without rowid""",
        "alter table answers add column length integer",
    )


@migrations()
def m013_studio(db: Database) -> None:
    """Instructions grown by hand (drafts until kept), what was noticed of instructions, and their ratings."""
    run(
        db,
        """create table studio (
            config integer not null references configs, instruction integer not null references instructions,
            kept integer not null, primary key (config, instruction)) without rowid""",
        """create table remarks (
            instruction integer not null references instructions, kind text not null, reason text not null,
            primary key (instruction, kind)) without rowid""",
        """create table ratings (
            instruction integer not null references instructions, labels integer not null references labels,
            config integer not null references configs, sample integer not null, ratings text not null,
            primary key (instruction, labels, config, sample)) without rowid""",
    )


@migrations()
def m014_runs(db: Database) -> None:
    """Kinds by the job that asked (0: none), so that a run's calls and sums are known; pages of the log."""
    run(
        db,
        "alter table kinds add column job integer not null default 0",
        "create index calls_kind on calls (kind)",
        "create index calls_failed on calls (seq) where error is not null",
    )


@migrations()
def m015_maps(db: Database) -> None:
    """The map: a place for each text, the clusters; selections; labels changed in bulk; counts wanted."""
    run(
        db,
        """create table places (
            text blob primary key, x real not null, y real not null, cluster integer) without rowid""",
        """create table spots (
            kind integer not null, record blob not null, text blob not null references places,
            primary key (kind, record)) without rowid""",
        """create table clusters (
            seq integer primary key, name text not null, words text not null, named text not null,
            alive integer not null)""",
        """create table selections (
            id text not null, kind integer not null, record blob not null,
            primary key (id, kind, record)) without rowid""",
        """create table relabels (
            seq integer primary key, at real not null, what text not null, undone integer not null)""",
        """create table relabelled (
            relabel integer not null references relabels, metadata integer not null references metadata,
            old integer not null references labels, new integer not null references labels,
            primary key (relabel, metadata)) without rowid""",
        "alter table metadata add column wanted integer not null default 0",
        "alter table jobs add column reached integer",
    )


@migrations()
def m016_many(db: Database) -> None:
    """What very large projects are counted from: an index each, in place of a scan or a sort."""
    run(
        db,
        "create index instructions_metadata on instructions (metadata)",
        "create index metadata_state on metadata (state) where state <> 'active'",
        "create index calls_spent on calls (record, kind, prompt_tokens, completion_tokens, cost)",
        "drop index calls_record",
    )


@migrations()
def m017_spots(db: Database) -> None:
    """A record's place and cluster stand with it: what is read of each needs no second look."""
    run(
        db,
        """create table spotted (
            kind integer not null, record blob not null, text blob not null, x real not null, y real not null,
            cluster integer, primary key (kind, record)) without rowid""",
        "insert into spotted select kind, record, text, x, y, cluster from spots join places using (text)",
        "drop table spots",
        "drop table places",
        "alter table spotted rename to spots",
    )
