-- owner: kek: auth.keks
-- owner: sealing: auth.data_keys
-- owner: replica: auth.replicas
-- owner: signing: (triggers only)
-- owner: hook: (triggers only)
--
-- The key-encryption keys that this installation has known, and which one seals. No key stands here: only what tells
-- it apart from others.

-- A row is never deleted, so that a backup of any age can be matched to the key that opens it.
create table auth.keks (
    id text primary key check (id ~ '^[A-Za-z0-9._-]{1,64}$'),
    -- depends on the key alone
    fingerprint text not null unique,
    source text not null check (source in ('file', 'environment', 'transit')),
    -- added: opens. active: seals too. replaced: sealed once, opens. removed: nothing is sealed by it any more.
    state text not null check (state in ('added', 'active', 'replaced', 'removed')),
    added_at timestamptz not null,
    -- the last time each happened
    activated_at timestamptz,
    replaced_at timestamptz,
    removed_at timestamptz,
    check (state <> 'active' or activated_at is not null),
    check ((state = 'removed') = (removed_at is not null))
);
create unique index keks_one_active on auth.keks ((true)) where state = 'active';
grant select, insert, update on auth.keks to signet_app;
insert into auth.cache_versions (name) values ('keks');
create trigger keks_version after insert or update on auth.keks
    for each statement execute function auth.bump_cache_version('keks');

-- Keys that a Transit engine has wrapped: what stands in other tables is sealed by them, so that it is asked once for a
-- key and not once for a row.
create table auth.data_keys (
    id text primary key,
    kek_id text not null unique references auth.keks,
    -- as Transit gave it; nothing binds it to this row, so that Transit can wrap it anew
    wrapped text not null check (length(wrapped) <= 4096),
    created_at timestamptz not null
);
grant select, insert, update on auth.data_keys to signet_app;
create trigger data_keys_version after insert or update on auth.data_keys
    for each statement execute function auth.bump_cache_version('keks');

-- The key-encryption key that a replica seals with; null: its version does not follow auth.keks.
alter table auth.replicas add column seals_with text;

-- A removed key seals nothing, whoever has not heard of its removal. The lock lets a removal wait for what is being
-- sealed, so that it counts that row too.
create function auth.refuse_removed_kek() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    known text;
begin
    select state into known from auth.keks where id = new.kek_id for share;
    if known = 'removed' then
        raise exception 'the key-encryption key % was removed: it seals nothing any more', new.kek_id
            using errcode = 'check_violation';
    end if;
    return new;
end
$$;
create trigger jwks_kek before insert or update of kek_id on auth.jwks
    for each row execute function auth.refuse_removed_kek();
create trigger server_secrets_kek before insert or update of kek_id on auth.server_secrets
    for each row execute function auth.refuse_removed_kek();
create trigger token_hooks_kek before insert or update of kek_id on auth.token_hooks
    for each row when (new.kek_id is not null) execute function auth.refuse_removed_kek();
