-- owner: db: auth.platform, auth.cache_versions
--
-- What one installation knows of itself, and the versions that tell every replica when a cache is stale.
-- Roles are made by `signet migrate --bootstrap`; this file only grants to them.

create schema auth;
grant usage on schema auth to signet_app, signet_hook, signet_maintenance;

create table auth.platform (
    singleton boolean primary key default true check (singleton),
    -- set by `signet dev`: `signet serve` refuses such a database
    development boolean not null default false,
    -- part of every handle's digest, so that handles from before a restore can be ended at once
    backup_epoch bigint not null default 0,
    -- every session and grant made before this instant is dead
    revoked_before timestamptz
);
insert into auth.platform (singleton) values (true);
grant select on auth.platform to signet_app;

create table auth.cache_versions (
    name text primary key,
    version bigint not null default 0
);
insert into auth.cache_versions (name) values ('clients'), ('resources'), ('keys'), ('hooks'), ('platform');
grant select on auth.cache_versions to signet_app;

-- One statement trigger for every cached table; the argument is the cache's name. It runs as its owner, so that
-- the application needs no right to write versions itself.
create function auth.bump_cache_version() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update auth.cache_versions set version = version + 1 where name = tg_argv[0];
    perform pg_notify('signet_cache', tg_argv[0]);
    return null;
end $$;
revoke execute on function auth.bump_cache_version() from public;

create trigger platform_version after insert or update or delete on auth.platform
    for each statement execute function auth.bump_cache_version('platform');
