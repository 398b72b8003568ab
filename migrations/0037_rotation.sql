-- owner: client: (indexes only)
-- owner: signing: auth.key_rotations, auth.key_log, auth.key_first_signatures, auth.jwks_verifiers
--
-- How our signing keys change: what is asked for, what was done with its proof, when a key first signed, and who fetches
-- the key set how often.

alter table auth.jwks
    -- how long whoever had fetched the set before this key was in it may have kept it
    add column cache_seconds integer not null default 0,
    -- the longest life of anything that it may have signed
    add column life_seconds integer not null default 0,
    -- from another provider, without its private part: it signs nothing
    add column verify_only boolean not null default false,
    -- it stays in the set until then, whatever else would let it leave
    add column keep_until timestamptz;
comment on column auth.jwks.private_key_sealed is
    'the private JWK, sealed; of a key that only verifies the public one, so that nobody who writes the table adds a key';

-- How long the longest-lived access token lives is asked every few seconds.
create index resources_by_lifetime on auth.resources (access_token_lifetime) where access_token_lifetime is not null;
create index applications_by_lifetime on auth.oauth_applications (access_token_lifetime)
    where access_token_lifetime is not null;

-- A rotation that somebody asked for: the row is gone once its key signs.
create table auth.key_rotations (
    alg text primary key,
    requested_at timestamptz not null,
    requested_by text not null,
    -- names of verifiers that may break
    accepted text[] not null default '{}'
);
grant select, insert, update, delete on auth.key_rotations to signet_app;

-- Every change of a key, in order: each entry names the hash of the one before it, and is signed by the key that
-- signed until then and by the one that is new. Nothing is ever changed or deleted.
create table auth.key_log (
    sequence bigint primary key check (sequence > 0),
    -- JSON, exactly as it was hashed
    entry text not null,
    hash bytea not null check (octet_length(hash) = 32),
    -- JWS over the hash, by the outgoing and by the incoming key
    signed text,
    countersigned text
);
grant select, insert on auth.key_log to signet_app;

-- An entry joins the end and follows it: whoever can write as the server puts none elsewhere, and uses up no numbers.
create function auth.append_to_key_log() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    last_sequence bigint;
    last_hash bytea;
    said jsonb := new.entry::jsonb;
begin
    select sequence, hash into last_sequence, last_hash from auth.key_log order by sequence desc limit 1;
    if new.sequence <> coalesce(last_sequence, 0) + 1
        or said ->> 'sequence' is distinct from new.sequence::text
        or said ->> 'previous' is distinct from rtrim(translate(encode(last_hash, 'base64'), '+/', '-_'), '=')
    then
        raise exception 'the entry does not follow the last one of auth.key_log' using errcode = 'check_violation';
    end if;
    return new;
end
$$;
create trigger key_log_follows before insert on auth.key_log
    for each row execute function auth.append_to_key_log();

-- Written before a process signs with a key for the first time.
create table auth.key_first_signatures (
    kid text not null,
    replica text not null,
    first_signed_at timestamptz not null,
    primary key (kid, replica)
);
grant select, insert, delete on auth.key_first_signatures to signet_app;

-- Who fetches the key set: by the name that they give themselves, else by the product in their user agent and the
-- network that they come from.
create table auth.jwks_verifiers (
    name text collate "C" primary key,
    named boolean not null,
    first_fetched_at timestamptz not null,
    last_fetched_at timestamptz not null,
    fetches bigint not null,
    -- how often a fetch followed the one before it within 1, 2, 4, 8, … seconds; the last is for all longer ones
    intervals bigint[] not null
);
create index jwks_verifiers_by_fetch on auth.jwks_verifiers (last_fetched_at);
grant select, insert, update, delete on auth.jwks_verifiers to signet_app;
