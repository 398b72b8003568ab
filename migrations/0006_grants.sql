-- owner: session: auth.sessions
-- owner: authorization: auth.authorization_requests, auth.oauth_authorization_codes, auth.oauth_consents
-- owner: token: auth.oauth_grants, auth.oauth_access_tokens, auth.revoked_tokens
--
-- Sessions, what was asked, what was granted. No secret is stored: only SHA-256 digests of high-entropy handles.

create table auth.sessions (
    -- the `sid` claim
    id text primary key,
    token_digest bytea not null unique check (length(token_digest) = 32),
    user_id text not null references auth.users on delete cascade,
    -- when and how the person proved who they are
    auth_time timestamptz not null,
    amr text[] not null,
    acr text not null,
    active_organization_id text references auth.organizations on delete set null,
    ip_address inet,
    user_agent text,
    created_at timestamptz not null,
    last_activity_at timestamptz not null,
    idle_expires_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    revoked_reason text,
    check ((revoked_at is null) = (revoked_reason is null))
);
create index sessions_user on auth.sessions (user_id);
grant select, insert, update, delete on auth.sessions to signet_app;

-- An authorization request that waits for its person: the checked request, never what the browser sends later.
-- It is deleted by the one statement that answers it.
create table auth.authorization_requests (
    digest bytea primary key check (length(digest) = 32),
    -- digest of the browser's flow cookie; null until the first GET binds it (a cross-site POST carries no cookie)
    browser_digest bytea check (length(browser_digest) = 32),
    client_id text not null references auth.oauth_applications on delete cascade,
    request jsonb not null,
    -- who confirmed in this flow
    consented_by text,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
-- Rows come in the order of time and go soon: a summary of blocks finds the old ones and costs a login nothing.
create index authorization_requests_expiry on auth.authorization_requests using brin (expires_at);
grant select, insert, update, delete on auth.authorization_requests to signet_app;

create table auth.oauth_consents (
    user_id text not null references auth.users on delete cascade,
    client_id text not null references auth.oauth_applications on delete cascade,
    scopes text[] not null,
    granted_at timestamptz not null,
    -- ends every grant made before it; stays when consent is given again, so that no such grant revives
    withdrawn_at timestamptz,
    primary key (user_id, client_id)
);
grant select, insert, update, delete on auth.oauth_consents to signet_app;

create table auth.oauth_authorization_codes (
    digest bytea primary key check (length(digest) = 32),
    client_id text not null references auth.oauth_applications on delete cascade,
    user_id text not null references auth.users on delete cascade,
    session_id text not null references auth.sessions on delete cascade,
    -- the grant that redeeming makes
    grant_id text not null,
    redirect_uri text not null,
    -- false: the request named no redirect_uri, so the token request need not either
    redirect_uri_given boolean not null,
    scopes text[] not null,
    code_challenge text,
    nonce text,
    claims jsonb,
    resource text,
    organization_id text,
    auth_time timestamptz not null,
    amr text[] not null,
    acr text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    redeemed_at timestamptz
);
create index oauth_authorization_codes_expiry on auth.oauth_authorization_codes using brin (expires_at);
grant select, insert, update, delete on auth.oauth_authorization_codes to signet_app;

-- One row per grant: the refresh family. Refresh columns are null when no refresh token is issued.
create table auth.oauth_grants (
    id text primary key,
    client_id text not null references auth.oauth_applications on delete cascade,
    user_id text not null references auth.users on delete cascade,
    session_id text references auth.sessions on delete set null,
    scopes text[] not null,
    claims jsonb,
    resource text,
    -- bound by the authorization request; null follows the session's active organization
    organization_id text,
    auth_time timestamptz not null,
    amr text[] not null,
    acr text not null,
    -- offline_access: survives its session
    offline boolean not null,
    created_at timestamptz not null,
    -- SHA-256 of the refresh token's grant random, the generation that is current, and what its last use asked for
    refresh_digest bytea unique check (length(refresh_digest) = 32),
    generation integer not null default 0,
    rotated_at timestamptz,
    request_digest bytea,
    idle_expires_at timestamptz,
    expires_at timestamptz,
    ended_at timestamptz,
    ended_reason text,
    check ((ended_at is null) = (ended_reason is null)),
    check ((refresh_digest is null) = (idle_expires_at is null) and (refresh_digest is null) = (expires_at is null))
) with (fillfactor = 80);
create index oauth_grants_user on auth.oauth_grants (user_id, client_id);
create index oauth_grants_session on auth.oauth_grants (session_id);
grant select, insert, update, delete on auth.oauth_grants to signet_app;

-- Opaque access tokens, for clients that asked for them.
create table auth.oauth_access_tokens (
    digest bytea primary key check (length(digest) = 32),
    jti text not null,
    grant_id text references auth.oauth_grants on delete cascade,
    client_id text not null references auth.oauth_applications on delete cascade,
    claims jsonb not null,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index oauth_access_tokens_expiry on auth.oauth_access_tokens using brin (expires_at);
grant select, insert, update, delete on auth.oauth_access_tokens to signet_app;

create table auth.revoked_tokens (
    jti text primary key,
    expires_at timestamptz not null
);
create index revoked_tokens_expiry on auth.revoked_tokens using brin (expires_at);
-- update: the right to lock the rows that are deleted
grant select, insert, update, delete on auth.revoked_tokens to signet_app;

-- Liveness is derived, not cascaded: the rule stands here once, and each read joins it. Time is the reader's:
-- a session lives while `live_until` is later than its own `now`.
create view auth.live_sessions with (security_invoker = true) as
select s.*, least(s.idle_expires_at, s.expires_at) as live_until
from auth.sessions s
join auth.users u on u.id = s.user_id
cross join auth.platform p
where s.revoked_at is null
  and u.deleted_at is null
  and u.status in ('active', 'waitlist')
  and (u.revoked_before is null or s.created_at >= u.revoked_before)
  and (p.revoked_before is null or s.created_at >= p.revoked_before);
grant select on auth.live_sessions to signet_app;

-- A grant without offline_access ends with its session. The session's idle time does not count here: the refresh
-- token has an idle time of its own.
create view auth.live_grants with (security_invoker = true) as
select g.*, s.active_organization_id,
       coalesce(least(g.idle_expires_at, g.expires_at, case when g.offline then null else s.expires_at end), 'infinity') as live_until
from auth.oauth_grants g
join auth.users u on u.id = g.user_id
join auth.oauth_applications a on a.client_id = g.client_id
left join auth.sessions s on s.id = g.session_id
left join auth.oauth_consents c on c.user_id = g.user_id and c.client_id = g.client_id
cross join auth.platform p
where g.ended_at is null
  and u.deleted_at is null
  and u.status = 'active'
  and (u.revoked_before is null or (g.created_at >= u.revoked_before and (s.id is null or s.created_at >= u.revoked_before)))
  and a.disabled_at is null
  and (a.revoked_before is null or g.created_at >= a.revoked_before)
  and (p.revoked_before is null or g.created_at >= p.revoked_before)
  and (g.offline or (s.id is not null and s.revoked_at is null))
  and (c.withdrawn_at is null or c.withdrawn_at <= g.created_at);
grant select on auth.live_grants to signet_app;
