-- owner: hook: auth.hook_events
--
-- A sample of the questions that hooks were asked, for asking a candidate again and for what shadows said of them.
-- Off unless `[hooks] sample_every` is set. It cannot grow: a question has one of a fixed number of slots and replaces
-- whatever stood there. No secret stands in it; the person's standard claims and network address are not kept.

create table auth.hook_events (
    slot integer primary key check (slot >= 0),
    event_id text not null,
    occurred_at timestamptz not null,
    output text not null check (output in ('access_token', 'id_token', 'userinfo')),
    -- what a hook is asked with: occasion, the protocol's claims, those of membership, all facts
    question jsonb not null check (octet_length(question::text) <= 65536),
    -- what was said beside the protocol's claims, or the code of the failure
    said jsonb,
    failure text,
    check ((said is null) <> (failure is null)),
    -- what each shadow made of it, by name
    findings jsonb not null check (octet_length(findings::text) <= 65536)
);
create index hook_events_by_time on auth.hook_events (occurred_at);
grant select, insert, update, delete on auth.hook_events to signet_app;
