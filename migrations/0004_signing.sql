-- owner: signing: auth.jwks, auth.server_secrets
--
-- Our own keys. Private parts are sealed by a key-encryption key that the database never sees.

create table auth.jwks (
    -- the `kid`
    id text primary key,
    alg text not null check (alg in ('RS256', 'ES256', 'EdDSA')),
    use text not null default 'sig' check (use in ('sig', 'enc')),
    public_key jsonb not null,
    private_key_sealed bytea not null,
    kek_id text not null,
    -- next: published, does not sign. active: signs. retiring: verifies only. retired: no longer published.
    -- revoked: ended before its time.
    status text not null check (status in ('next', 'active', 'retiring', 'retired', 'revoked')),
    created_at timestamptz not null,
    published_at timestamptz,
    activated_at timestamptz,
    retiring_at timestamptz,
    retired_at timestamptz,
    revoked_at timestamptz
);
-- The database decides that replicas which start together make exactly one set.
create unique index jwks_one_active on auth.jwks (alg, use) where status = 'active';
create unique index jwks_one_next on auth.jwks (alg, use) where status = 'next';
grant select, insert, update on auth.jwks to signet_app;
create trigger jwks_version after insert or update or delete on auth.jwks
    for each statement execute function auth.bump_cache_version('keys');

-- Symmetric keys of the server (the refresh tokens' HMAC key), numbered; old numbers verify until they expire.
create table auth.server_secrets (
    purpose text not null,
    number integer not null check (number > 0),
    sealed bytea not null,
    kek_id text not null,
    created_at timestamptz not null,
    primary key (purpose, number)
);
grant select, insert, update, delete on auth.server_secrets to signet_app;
create trigger server_secrets_version after insert or update or delete on auth.server_secrets
    for each statement execute function auth.bump_cache_version('keys');
