-- A product's own database: shops, their figures, chats and what comes out of them. It has no table of people or of
-- organizations; all it knows of them are the ids that stand in a token of signet.
--
-- Each key begins with the organization, and each reference holds it: keys and references are checked beneath the
-- policies, so one without it would tell a stranger which rows exist, or let them refer to such a row.

create schema if not exists app;

create table if not exists app.stores (
    org_id text not null,
    store_id text not null,
    workspace_id text,
    shopify_domain text not null,
    display_name text not null,
    primary key (org_id, store_id),
    unique (org_id, shopify_domain)
);

-- Nobody's: what a figure means is the same for all.
create table if not exists app.metric_definitions (
    key text primary key,
    source text not null,
    unit text not null,
    aggregation_method text not null default 'sum',
    category text
);

create table if not exists app.metric_events (
    org_id text not null,
    event_id text not null,
    store_id text not null,
    source text not null,
    metric_key text not null references app.metric_definitions,
    value numeric not null,
    dimensions jsonb not null default '{}',
    recorded_at timestamptz not null,
    primary key (org_id, event_id, recorded_at),
    foreign key (org_id, store_id) references app.stores on delete cascade
) partition by range (recorded_at);
create table if not exists app.metric_events_2026_02 partition of app.metric_events
    for values from ('2026-02-01') to ('2026-03-01');
create table if not exists app.metric_events_2026_03 partition of app.metric_events
    for values from ('2026-03-01') to ('2026-04-01');
create table if not exists app.metric_events_2026_04 partition of app.metric_events
    for values from ('2026-04-01') to ('2026-05-01');
create table if not exists app.metric_events_2026_05 partition of app.metric_events
    for values from ('2026-05-01') to ('2026-06-01');
-- What no month has been made for is kept all the same.
create table if not exists app.metric_events_other partition of app.metric_events default;
create index if not exists metric_events_store on app.metric_events (org_id, store_id, recorded_at desc);
create index if not exists metric_events_metric on app.metric_events (org_id, source, metric_key);
create index if not exists metric_events_dimensions on app.metric_events using gin (dimensions);

create table if not exists app.sync_jobs (
    org_id text not null,
    job_id text not null,
    store_id text not null,
    status text not null default 'pending'
        check (status in ('pending', 'running', 'succeeded', 'failed', 'retrying')),
    cursor text,
    duration_ms integer,
    error_details jsonb,
    primary key (org_id, job_id),
    foreign key (org_id, store_id) references app.stores on delete cascade
);

-- The secret itself stays in the vault: what is stolen from here opens nothing.
create table if not exists app.integration_connections (
    org_id text not null,
    store_id text not null,
    source text not null,
    vault_secret_id text not null,
    primary key (org_id, store_id, source),
    foreign key (org_id, store_id) references app.stores on delete cascade
);

create table if not exists app.chat_sessions (
    org_id text not null,
    chat_id text not null,
    user_id text not null,
    title text not null,
    primary key (org_id, chat_id)
);

create table if not exists app.chat_participants (
    org_id text not null,
    chat_id text not null,
    user_id text not null,
    primary key (org_id, chat_id, user_id),
    foreign key (org_id, chat_id) references app.chat_sessions on delete cascade
);

create table if not exists app.chat_messages (
    org_id text not null,
    chat_id text not null,
    message_id text not null,
    author text not null default 'user' check (author in ('user', 'ai', 'system')),
    user_id text check (author <> 'user' or user_id is not null),
    content text not null,
    created_at timestamptz not null,
    primary key (org_id, chat_id, message_id),
    foreign key (org_id, chat_id) references app.chat_sessions on delete cascade
);

create table if not exists app.artifacts (
    org_id text not null,
    artifact_id text not null,
    chat_id text,
    user_id text not null,
    title text not null,
    primary key (org_id, artifact_id),
    foreign key (org_id, chat_id) references app.chat_sessions on delete cascade
);

create table if not exists app.artifact_files (
    org_id text not null,
    artifact_id text not null,
    path text not null,
    content text not null,
    is_main boolean not null default false,
    primary key (org_id, artifact_id, path),
    foreign key (org_id, artifact_id) references app.artifacts on delete cascade
);
create unique index if not exists artifact_files_main on app.artifact_files (org_id, artifact_id) where is_main;

-- Rights are for the tables by name: a partition is reached through its table only.
grant usage on schema app to authenticated, anon, service;
grant select on app.metric_definitions, app.metric_events to authenticated;
grant select, insert, update, delete on
    app.stores, app.sync_jobs, app.integration_connections, app.chat_sessions, app.chat_participants,
    app.chat_messages, app.artifacts, app.artifact_files
    to authenticated;
grant select on app.stores, app.metric_definitions to service;
grant insert on app.metric_events to service;
grant select, update on app.sync_jobs to service;
