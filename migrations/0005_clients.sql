-- owner: client: auth.oauth_applications, auth.oauth_client_secrets, auth.resources
--
-- Registered clients (RFC 7591 names) and protected resources (RFC 8707).

create table auth.resources (
    identifier text primary key check (identifier ~ '^https?://[^#]+$|^urn:[^#]+$'),
    name text not null,
    access_token_signed_response_alg text check (access_token_signed_response_alg in ('RS256', 'ES256', 'EdDSA')),
    -- seconds
    access_token_lifetime integer check (access_token_lifetime between 1 and 3600),
    -- our claim's name -> the name this audience wants, for instance {"role": "platform_role"}
    claim_names jsonb not null default '{}',
    created_at timestamptz not null,
    updated_at timestamptz not null
);
grant select, insert, update, delete on auth.resources to signet_app;
create trigger resources_version after insert or update or delete on auth.resources
    for each statement execute function auth.bump_cache_version('resources');

create table auth.oauth_applications (
    client_id text primary key check (client_id <> ''),
    name text not null,
    type text not null check (type in ('web', 'native', 'spa', 'service')),
    icon text,
    client_uri text,
    policy_uri text,
    tos_uri text,
    user_id text references auth.users on delete set null,
    -- set by an operator only; such a client skips consent where contracts allow it
    first_party boolean not null default false,
    token_endpoint_auth_method text not null
        check (token_endpoint_auth_method in ('client_secret_basic', 'client_secret_post', 'none')),
    redirect_urls text[] not null default '{}',
    post_logout_redirect_uris text[] not null default '{}',
    grant_types text[] not null,
    scopes text[] not null,
    require_pkce boolean not null default true,
    id_token_signed_response_alg text not null default 'RS256'
        check (id_token_signed_response_alg in ('RS256', 'ES256', 'EdDSA')),
    access_token_signed_response_alg text
        check (access_token_signed_response_alg in ('RS256', 'ES256', 'EdDSA')),
    access_token_format text not null default 'jwt' check (access_token_format in ('jwt', 'reference')),
    -- seconds
    access_token_lifetime integer check (access_token_lifetime between 1 and 3600),
    default_max_age integer check (default_max_age >= 0),
    default_resource text references auth.resources,
    -- the resource server's own client may introspect tokens of this audience
    audience text references auth.resources,
    scope_claims_in_id_token boolean not null default false,
    may_introspect boolean not null default false,
    metadata jsonb not null default '{}',
    disabled_at timestamptz,
    revoked_before timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    check (token_endpoint_auth_method <> 'none' or (require_pkce and not 'client_credentials' = any (grant_types)))
);
grant select, insert, update, delete on auth.oauth_applications to signet_app;
create trigger oauth_applications_version after insert or update or delete on auth.oauth_applications
    for each statement execute function auth.bump_cache_version('clients');

-- SHA-256 of high-entropy secrets; two at a time while one is being replaced.
create table auth.oauth_client_secrets (
    client_id text not null references auth.oauth_applications on delete cascade,
    digest bytea not null check (length(digest) = 32),
    created_at timestamptz not null,
    expires_at timestamptz,
    primary key (client_id, digest)
);
grant select, insert, update, delete on auth.oauth_client_secrets to signet_app;
create trigger oauth_client_secrets_version after insert or update or delete on auth.oauth_client_secrets
    for each statement execute function auth.bump_cache_version('clients');
