"""The newest migrations."""

from __future__ import annotations

from sqlite_utils import Database

from codeclm.store.migrations.steps import migrations, run


@migrations()
def m018_numbered(db: Database) -> None:
    """A spot goes by its record's number: both are read in one order, without a search for each."""
    run(
        db,
        """create table numbered (
            kind integer not null, number integer not null, text blob not null, x real not null,
            y real not null, cluster integer, primary key (kind, number)) without rowid""",
        *(
            f"""insert into numbered select p.kind, r.seq, p.text, p.x, p.y, p.cluster
            from {table} r join spots p on p.kind = {kind} and p.record = r.id order by r.seq"""
            for kind, table in enumerate(("metadata", "seeds", "instructions"))
        ),
        "drop table spots",
        "alter table numbered rename to spots",
    )


@migrations()
def m019_given_seeds(db: Database) -> None:
    """The seed that a file names for an instruction: its labels may be those of many seeds, or of none."""
    run(
        db,
        "alter table instructions add column seed integer references seeds",
        "create index instructions_seed on instructions (seed) where seed is not null",
    )


@migrations()
def m020_blank(db: Database) -> None:
    """A blank answer has no length; it had that of its blanks. Those were deflated, to far less than words
    are: what may be one is measured anew.
    """
    run(
        db,
        """update answers set length = null
        where length > 48 and exists (select 1 from texts t where t.seq = answers.text
            and typeof(t.data) = 'blob' and 3 * length(t.data) < answers.length)""",
    )


@migrations()
def m021_alike(db: Database) -> None:
    """Two who accept different answers, or edit otherwise, disagree: what none settled is settled anew."""
    run(
        db,
        """delete from verdicts where comparison in (select comparison from standing where not undone
            group by comparison having count(distinct reviewer) > 1)""",
        """insert into verdicts
            with votes as (select d.comparison, d.seq, d.adjudicated,
                case d.verdict when 'reject' then 'reject' else json_array(coalesce(d.answer,
                    (select case when gap > 0 then 'strong' when gap < 0 then 'target' end from nodes
                        where comparison = d.comparison limit 1)),
                    nullif(d.instruction, i.text), d.response) end as said
                from (select max(entry) as entry from standing where not undone and comparison in (
                    select comparison from standing where not undone group by comparison
                    having count(distinct reviewer) > 1) group by comparison, reviewer) t
                join decisions d on d.seq = t.entry join comparisons c on c.seq = d.comparison
                join instructions i on i.seq = c.instruction),
            alike as (select comparison, count(*) as number, max(seq) as last from votes
                group by comparison, said),
            whole as (select comparison, count(*) as number, max(seq) filter (where adjudicated) as settled
                from votes group by comparison)
            select w.comparison, coalesce(d.verdict, 'conflict'), d.seq from whole w
            left join alike a on a.comparison = w.comparison and 2 * a.number > w.number
            left join decisions d on d.seq = coalesce(w.settled, a.last)
            where w.settled is not null or w.number >= coalesce(
                (select value + 0 from settings where name = 'review_minimum'), 1)""",
    )


@migrations()
def m022_seeds_passed_on(db: Database) -> None:
    """What grew from an instruction that was made a seed is of that seed too: splits had parted them."""
    run(
        db,
        """with recursive down (seq, seed) as (select seq, seed from instructions where seed is not null
                union select i.seq, down.seed from down
                join instructions i on i.parent = down.seq and i.seed is null)
            update instructions set seed = down.seed from down
            where instructions.seq = down.seq and instructions.seed is null""",
    )


@migrations()
def m023_round_gaps(db: Database) -> None:
    """Gaps are rounded: what floats had added to a difference of decimals passed a θ that it only equals."""
    run(
        db,
        """update nodes set gap = round(gap, 9), reach = round(reach, 9)
        where gap <> round(gap, 9) or reach <> round(reach, 9)""",
    )
