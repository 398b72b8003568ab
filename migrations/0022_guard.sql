-- owner: replica: auth.replicas
-- owner: authentication: (columns, and how names of counters are compared)
--
-- What each replica holds, side by side; and counters of attempts that a device, an identifier and an account have
-- apart from each other.

-- One row per running process, written every few seconds and deleted when it stops; what stopped otherwise is deleted
-- by age. Names, fingerprints and reasons only: nothing here opens anything.
create table auth.replicas (
    id text primary key,
    host text not null,
    version text not null,
    -- [{"id": …, "fingerprint": …}], the one that seals first
    keks jsonb not null,
    -- a `kid`, or purpose and number of a server secret
    opened text[] not null,
    -- [{"row": …, "reason": …}]
    unopened jsonb not null,
    started_at timestamptz not null,
    reported_at timestamptz not null
);
create index replicas_by_report on auth.replicas (reported_at);
grant select, insert, update, delete on auth.replicas to signet_app;

-- `attempts` are those of a window. `failures` are all since the last success: what no waiting makes good.
alter table auth.login_attempts add column failures integer not null default 0;
-- Names are compared byte by byte, so that all devices of one account stand together in the index.
alter table auth.login_attempts alter column subject type text collate "C";
comment on table auth.login_attempts is
    'identifier:…, of one that was presented, with an account or without; user:…, of an account; nobody:…, written where '
    'there is no account, so that both cost the same; device:…, of a browser that signed in to an account before.';
