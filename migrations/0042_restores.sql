-- owner: db: auth.platform, auth.cache_versions
-- owner: replica: auth.job_leads
-- owner: authorization: auth.oauth_authorization_codes (a constraint)
-- owner: token: auth.oauth_access_tokens (a constraint)
--
-- After a restore, which replica does the work that one is enough for, and clean-up that no other table slows down.

set local lock_timeout = '2s';

-- Where the data lay when that was written last: cluster, database, table and timeline. A backup carries it along, so
-- that data which lie elsewhere came from one. Null: nobody has written it down yet; the next start does.
alter table auth.platform add column place text[] check (cardinality(place) = 4);

-- Where the data lie: the cluster's system identifier, the OIDs of the database and of this table, the timeline. Null on
-- a standby, and where the administrator lets nobody ask.
create function auth.place() returns text[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    if pg_is_in_recovery() then
        return null;
    end if;
    return array[
        (select system_identifier::text from pg_control_system()),
        (select d.oid::text from pg_database d where d.datname = current_database()),
        'auth.platform'::regclass::oid::text,
        left(pg_walfile_name(pg_current_wal_lsn()), 8)];
exception when insufficient_privilege then
    return null;
end $$;
revoke execute on function auth.place() from public;
grant execute on function auth.place() to signet_app;

-- Writes down where the data lie; with `anew` also if it was written before: somebody has said that all is well.
create function auth.note_place(anew boolean) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    found_at text[] := auth.place();
begin
    -- The trigger of this table fires for no row too.
    if found_at is not null and exists (select from auth.platform p where p.place is null or anew) then
        update auth.platform set place = found_at where place is null or anew;
    end if;
end $$;
revoke execute on function auth.note_place(boolean) from public;
grant execute on function auth.note_place(boolean) to signet_app;

-- Ends every handle, session, grant and token from before. The new number is the moment in milliseconds: two restores of
-- one backup must not begin the same epoch, or what was made after the first were good after the second. Whatever is
-- cached is read anew, since a restored version may be the one that a replica has seen of other rows.
create function auth.begin_backup_epoch(at timestamptz) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    begun bigint;
begin
    update auth.platform
    set backup_epoch = greatest(backup_epoch + 1, floor(extract(epoch from at) * 1000)::bigint),
        revoked_before = greatest(revoked_before, at),
        place = coalesce(auth.place(), place)
    returning backup_epoch into begun;
    update auth.cache_versions set version = greatest(version + 1, begun);
    perform pg_notify('signet_cache', name) from auth.cache_versions;
    return begun;
end $$;
revoke execute on function auth.begin_backup_epoch(timestamptz) from public;
grant execute on function auth.begin_backup_epoch(timestamptz) to signet_app;

-- Who does a job that one replica is enough for, and until when without another word.
create table auth.job_leads (
    job text primary key,
    replica text not null,
    until timestamptz not null
);
grant select, insert, update on auth.job_leads to signet_app;

-- Whoever deleted a session or a grant looked through all codes and all reference tokens for those of it, one after the
-- other, since no index leads there: a batch of a thousand took longer than a statement may. Both are long gone by then
-- (codes after a day, tokens with their hour, sessions and grants after thirty days), and neither lives without its
-- session or grant, as auth.live_codes and auth.live_grants say.
alter table auth.oauth_authorization_codes drop constraint oauth_authorization_codes_session_id_fkey;
alter table auth.oauth_access_tokens drop constraint oauth_access_tokens_grant_id_fkey;
