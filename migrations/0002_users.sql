-- owner: user: auth.users, auth.user_settings
-- owner: authentication: auth.passwords, auth.login_attempts
-- owner: audit: auth.security_events
--
-- Who: people and service accounts, with a typed column for every standard claim (OpenID Connect Core 5.1).

create table auth.users (
    id text primary key check (id <> ''),
    email text not null,
    -- made in Rust (NFKC, lower case): the database's own lower() depends on its locale
    email_canonical text not null,
    email_verified_at timestamptz,
    user_name text,
    user_name_canonical text,
    name text not null default '',
    given_name text,
    family_name text,
    middle_name text,
    nickname text,
    profile text,
    image text,
    website text,
    gender text,
    birthdate text,
    zoneinfo text,
    locale text,
    phone text,
    phone_verified_at timestamptz,
    address_formatted text,
    address_street text,
    address_locality text,
    address_region text,
    address_postal_code text,
    address_country text,
    role text not null default 'user' check (role in ('user', 'admin', 'service')),
    access_tier text not null default 'public' check (access_tier in ('guest', 'public', 'beta', 'alpha', 'founder')),
    kind text not null default 'human' check (kind in ('human', 'service', 'system')),
    status text not null default 'active'
        check (status in ('invited', 'waitlist', 'active', 'inactive', 'banned', 'archived')),
    -- every session and grant of this person made before this instant is dead
    revoked_before timestamptz,
    last_sign_in_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz
);
create unique index users_email_key on auth.users (email_canonical) where deleted_at is null;
create unique index users_user_name_key on auth.users (user_name_canonical) where deleted_at is null;
grant select, insert, update, delete on auth.users to signet_app;
grant select (id, role, access_tier, status, deleted_at) on auth.users to signet_hook;

create table auth.user_settings (
    user_id text primary key references auth.users on delete cascade,
    global_settings jsonb not null default '{"nav": {"desktopPosition": "top", "sidebarCollapsed": false}, "theme": {"mode": "system", "colorScheme": "ocean"}, "locale": "de"}',
    app_overrides jsonb not null default '{}',
    device_settings jsonb not null default '{}',
    updated_at timestamptz not null
);
grant select, insert, update, delete on auth.user_settings to signet_app;

create table auth.passwords (
    user_id text primary key references auth.users on delete cascade,
    -- an argon2id PHC string
    hashed_password text not null,
    changed_at timestamptz not null
);
grant select, insert, update, delete on auth.passwords to signet_app;

-- One counter per account, or per canonical identifier that no account has: both lock alike, so that a lock tells
-- nothing about whether an account exists. An attempt is reserved here before the hash is computed.
create table auth.login_attempts (
    subject text primary key,
    attempts integer not null,
    window_started_at timestamptz not null,
    locked_until timestamptz
);
grant select, insert, update, delete on auth.login_attempts to signet_app;

-- Append-only and without foreign keys: it outlives whom it speaks of, and never blocks a deletion.
create table auth.security_events (
    id text primary key,
    event_type text not null,
    user_id text,
    client_id text,
    session_id text,
    grant_id text,
    ip_address inet,
    user_agent text,
    request_id text,
    metadata jsonb not null default '{}',
    occurred_at timestamptz not null
);
create index security_events_user on auth.security_events (user_id, occurred_at);
grant select, insert on auth.security_events to signet_app;
