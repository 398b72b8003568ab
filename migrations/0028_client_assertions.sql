-- owner: client: auth.client_assertions

-- Assertions that clients have authenticated with (RFC 7523 §3): each is used once, on whatever replica, and stays here
-- until it would have expired. What is kept is a digest of the client and the `jti`, never the assertion.
create table auth.client_assertions (
    digest bytea primary key check (length(digest) = 32),
    -- whose it was, for who looks into an incident; no reference, since each use would lock the client's row
    client_id text not null,
    expires_at timestamptz not null
);
-- Rows come in the order of time and go within minutes.
create index client_assertions_expiry on auth.client_assertions using brin (expires_at);
-- update: the right to lock the rows that are deleted
grant select, insert, update, delete on auth.client_assertions to signet_app;
