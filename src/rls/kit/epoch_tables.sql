
-- The copy of signet's cut-offs that `signet rls sync` keeps. '' stands for absent: (user, '') speaks of a person,
-- ('', organization) of an organization, (user, organization) of a membership.
create table if not exists @schema@.epoch_cutoffs (
    user_id text not null default '',
    organization_id text not null default '',
    minimum integer not null,
    changed_at timestamptz not null,
    primary key (user_id, organization_id)
);

-- How far it is, and when it was last known to be current, by this database's clock: when the worker asked, not when it
-- was answered.
create table if not exists @schema@.epoch_sync (
    singleton boolean primary key default true check (singleton),
    cursor text,
    received_at timestamptz not null default clock_timestamp()
);

comment on table @schema@.epoch_cutoffs is 'signet rls: epoch_cutoffs';
comment on table @schema@.epoch_sync is 'signet rls: epoch_sync';
revoke all on @schema@.epoch_cutoffs, @schema@.epoch_sync from public;
