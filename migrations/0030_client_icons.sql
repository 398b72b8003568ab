-- owner: client: auth.client_icons

-- Pictures of clients. Each was fetched once, when somebody registered its address as the client's `logo_uri`, and is
-- served by us: no page of ours tells another server who signs in where. It is shown while its address is registered.
create table auth.client_icons (
    client_id text primary key references auth.oauth_applications on delete cascade,
    -- where it was fetched from
    source text not null check (length(source) <= 2048),
    -- part of the address that we serve it at
    digest bytea not null check (length(digest) = 32),
    media_type text not null check (media_type in ('image/png', 'image/jpeg', 'image/webp')),
    width integer not null check (width between 1 and 1024),
    height integer not null check (height between 1 and 1024),
    bytes bytea not null check (length(bytes) between 1 and 262144),
    fetched_at timestamptz not null,
    check (digest = sha256(bytes))
);
-- Such pictures are compressed already.
alter table auth.client_icons alter column bytes set storage external;
-- Several clients may have the same picture.
create index client_icons_digest on auth.client_icons (digest);
grant select, insert, update, delete on auth.client_icons to signet_app;
create trigger client_icons_version after insert or update or delete on auth.client_icons
    for each statement execute function auth.bump_cache_version('clients');
