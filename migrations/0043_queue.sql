-- owner: queue: auth.queue
--
-- Work to do after a commit. Whoever decides that it is to be done writes it here in the transaction of the act, so that
-- both happen or neither; a worker of some replica does it later, at least once.

create table auth.queue (
    -- a UUIDv7: rows come in the order of time
    id text primary key,
    kind text not null check (kind ~ '^[a-z_]{1,32}$'),
    -- What it is about, where a later job makes an earlier one that still waits pointless: it takes its place.
    key text check (length(key) between 1 and 200),
    -- JSON, sealed: it holds addresses, and links that sign in. Null: the key says everything.
    payload_sealed bytea check (length(payload_sealed) <= 65536),
    kek_id text,
    -- when it was added, or replayed last: its age counts from then
    queued_at timestamptz not null,
    -- how many times it was begun
    attempts integer not null default 0 check (attempts >= 0),
    -- When it may be begun. While somebody does it, the end of their time: whoever is lost is not waited for longer.
    next_attempt_at timestamptz not null,
    -- the replica that does it, or did when it was lost
    leased_by text,
    -- why the last attempt failed: our words, and what another server answered
    last_error text check (length(last_error) <= 1000),
    -- it is given up, and waits for an operator
    dead_at timestamptz,
    check ((payload_sealed is null) = (kek_id is null)),
    check (payload_sealed is not null or key is not null)
);
create index queue_due on auth.queue (kind, next_attempt_at) where dead_at is null;
create unique index queue_one_for_a_key on auth.queue (kind, key) where dead_at is null;
create index queue_dead on auth.queue (dead_at) where dead_at is not null;
grant select, insert, update, delete on auth.queue to signet_app;
create trigger queue_kek before insert or update of kek_id on auth.queue
    for each row when (new.kek_id is not null) execute function auth.refuse_removed_kek();
