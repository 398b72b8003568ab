-- owner: replica: (columns)
-- owner: signing: auth.jwks_caching, auth.key_absences, auth.key_uses
--
-- What a rotation has to know of what was really served, what makes its proof hold against whoever writes as the server,
-- and how often each key is used.

-- Under which backup epoch a key was made, and published: after a restore nobody knows what became of it meanwhile.
-- Without a number: before there were any, or by an older version.
alter table auth.jwks
    add column made_epoch bigint,
    add column published_epoch bigint;
alter table auth.key_rotations add column requested_epoch bigint;

-- What a replica says: which keys its key set has, and which of them it signs with. Without: an older version.
alter table auth.replicas
    add column published text[],
    add column signs text[];

-- How long the key set that is served may be kept, and until when a set with that length was served: one row for each
-- length that is still in somebody's cache.
create table auth.jwks_caching (
    cache_seconds integer primary key check (cache_seconds >= 0),
    served_until timestamptz not null
);
grant select, insert, update, delete on auth.jwks_caching to signet_app;

-- Until when some replica served a key set without a key that should have been in it: it left the algorithm out, or
-- could not open the key. One row at most for each key that is next or active.
create table auth.key_absences (
    kid text primary key,
    absent_until timestamptz not null
);
grant select, insert, update, delete on auth.key_absences to signet_app;

-- How often each key signed, and verified at our own endpoints: statistics, and no proof. One row at most for each key.
create table auth.key_uses (
    kid text primary key,
    signatures bigint not null,
    verifications bigint not null
);
grant select, insert, update on auth.key_uses to signet_app;

-- That a key has signed is never taken back: whoever writes as the server adds, and changes nothing. What is over are
-- the notes of replicas that came after the first one; the first stays as long as the key's row.
revoke update, delete on auth.key_first_signatures from signet_app;
create function auth.expire_first_signatures(before timestamptz, most bigint) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
    with gone as (
        delete from auth.key_first_signatures f
        using (
            select later.kid, later.replica
            from auth.key_first_signatures later
            where later.first_signed_at < before
                and exists (
                    select from auth.key_first_signatures earlier
                    where earlier.kid = later.kid
                        and (earlier.first_signed_at, earlier.replica) < (later.first_signed_at, later.replica))
            limit most
        ) over_now
        where f.kid = over_now.kid and f.replica = over_now.replica
        returning 1
    )
    select count(*) from gone
$$;
revoke execute on function auth.expire_first_signatures(timestamptz, bigint) from public;
grant execute on function auth.expire_first_signatures(timestamptz, bigint) to signet_app;

-- The time that entries are held to. A function, so that tests can have their own time.
create function auth.key_log_clock() returns timestamptz
language sql volatile set search_path = pg_catalog, pg_temp as $$ select clock_timestamp() $$;
revoke execute on function auth.key_log_clock() from public;
grant execute on function auth.key_log_clock() to signet_app;

-- As in 0037; and an entry is of now: neither ahead of the clock by more than clocks may differ, nor older than the one
-- before it. A last entry that is damaged, or is itself ahead, stops nobody: a revocation must not depend on it. One that
-- a lost primary wrote a moment ahead may be followed at its own time.
create or replace function auth.append_to_key_log() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    last_sequence bigint;
    last_hash bytea;
    last_entry text;
    last_at timestamptz;
    said jsonb := new.entry::jsonb;
    said_at timestamptz := (new.entry::jsonb ->> 'at')::timestamptz;
    latest timestamptz := auth.key_log_clock() + interval '5 seconds';
begin
    select sequence, hash, entry into last_sequence, last_hash, last_entry
    from auth.key_log
    order by sequence desc
    limit 1;
    if new.sequence <> coalesce(last_sequence, 0) + 1
        or said ->> 'sequence' is distinct from new.sequence::text
        or said ->> 'previous' is distinct from rtrim(translate(encode(last_hash, 'base64'), '+/', '-_'), '=')
    then
        raise exception 'the entry does not follow the last one of auth.key_log' using errcode = 'check_violation';
    end if;
    begin
        last_at := (last_entry::jsonb ->> 'at')::timestamptz;
    exception when others then
        last_at := null;
    end;
    if said_at is null
        or (said_at > latest and said_at > coalesce(last_at, '-infinity'))
        or (said_at < last_at and last_at <= latest)
    then
        raise exception 'the entry is not of this time' using errcode = 'check_violation';
    end if;
    return new;
end
$$;
