-- owner: authentication: auth.service_keys
--
-- Keys of services that speak to our internal API. Only a digest is stored. Keys of one name belong to one service:
-- two live at a time while it is being given a new one.

create table auth.service_keys (
    id text primary key,
    name text not null check (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    digest bytea not null unique check (length(digest) = 32),
    scopes text[] not null
        check (cardinality(scopes) > 0 and scopes <@ array['epoch:read', 'membership:read']),
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    -- to the minute: a key that is used often does not write often
    last_used_at timestamptz
);
create index service_keys_name on auth.service_keys (name);
-- no delete: what a key could do stays on record
grant select, insert, update on auth.service_keys to signet_app;
