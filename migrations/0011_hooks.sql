-- owner: hook: auth.token_hooks
--
-- Operators' hooks: SQL functions and HTTPS targets that add claims to tokens. Without an enabled row (and with the
-- shipped function in place) a grant asks nobody and stays one statement.

create table auth.token_hooks (
    id text primary key,
    name text not null unique check (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    kind text not null check (kind in ('sql', 'http')),
    -- schema.function(jsonb), plain identifiers; or the URL that is called
    target text not null check (length(target) <= 2048),
    enabled boolean not null default false,
    -- hooks are asked in this order, then by name
    position integer not null default 0,
    -- merge: the answer adds claims. replace: the answer is the whole set, in the contract of Supabase's hook.
    mode text not null default 'merge' check (mode in ('merge', 'replace')),
    outputs text[] not null default array['access_token']
        check (cardinality(outputs) > 0 and outputs <@ array['access_token', 'id_token', 'userinfo']),
    -- claims that are said already and that the answer may change all the same; never a locked one
    overwrite text[] not null default '{}',
    -- claims of membership that the answer may set beyond membership
    may_raise text[] not null default '{}' check (may_raise <@ array['role', 'tier', 'org_id', 'org_role']),
    timeout_ms integer not null default 1000 check (timeout_ms between 50 and 5000),
    -- closed: a hook that fails stops the token. built_in: the token goes without what the hook would have said.
    on_failure text not null default 'closed' check (on_failure in ('closed', 'built_in')),
    -- the signing secrets of an HTTP hook: no request goes out unsigned
    secrets_sealed bytea,
    kek_id text,
    -- a candidate: asked beside the others, compared, never deciding
    shadow boolean not null default false,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    check ((secrets_sealed is null) = (kek_id is null)),
    check (case kind
        when 'sql' then target ~ '^[A-Za-z_][A-Za-z0-9_]{0,62}\.[A-Za-z_][A-Za-z0-9_]{0,62}$' and secrets_sealed is null
        else target ~ '^https?://' and secrets_sealed is not null
        end)
);
-- The role that hooks run as neither sees nor edits this table.
grant select, insert, update, delete on auth.token_hooks to signet_app;
create trigger token_hooks_version after insert or update or delete on auth.token_hooks
    for each statement execute function auth.bump_cache_version('hooks');

-- The event that a hook receives. `request` carries what only the server knows: event id, time, address, client,
-- grant type, token use, authentication method, the organization asked for, the session's active one, and the
-- `facts` that auth.member_claims gave. With `contract` = supabase the claims are the view that functions written
-- for that product know; the person's address and telephone number are read only for it.
create or replace function auth.token_event(user_id text, claims jsonb, request jsonb) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    said jsonb := claims;
    facts jsonb := coalesce(request -> 'facts', '{}');
begin
    if request ->> 'contract' = 'supabase' then
        said := (claims - 'user_role') || (select jsonb_build_object(
            'session_id', coalesce(claims ->> 'sid', claims ->> 'grant_id', ''),
            'aal', case when claims -> 'amr' ? 'mfa' then 'aal2' else 'aal1' end,
            'amr', coalesce((
                select jsonb_agg(jsonb_build_object('method', case method when 'pwd' then 'password' else method end,
                    'timestamp', coalesce(claims -> 'auth_time', claims -> 'iat')))
                from jsonb_array_elements_text(claims -> 'amr') method), '[]'),
            'role', 'authenticated',
            'app_metadata', '{}'::jsonb,
            'user_metadata', '{}'::jsonb,
            'email', coalesce(person.email, ''),
            'phone', coalesce(person.phone, ''),
            'is_anonymous', false)
            from (values (true)) one
            left join auth.users person on person.id = token_event.user_id);
    end if;
    return jsonb_build_object(
        'metadata', jsonb_strip_nulls(jsonb_build_object(
            'uuid', request -> 'event_id', 'time', request -> 'time', 'name', 'customize-access-token',
            'ip_address', request -> 'ip_address')),
        'user_id', token_event.user_id,
        'claims', said,
        'authentication_method', request -> 'authentication_method',
        'client', jsonb_strip_nulls(jsonb_build_object(
            'id', request -> 'client_id', 'first_party', request -> 'first_party')),
        'grant_type', request -> 'grant_type',
        'token_use', coalesce(request ->> 'token_use', 'access_token'),
        'org', jsonb_strip_nulls(jsonb_build_object(
            'id', facts -> 'org_id', 'role', facts -> 'org_role', 'tier', facts -> 'tier', 'epoch', facts -> 'mv',
            'requested', request -> 'organization', 'active', request -> 'active_organization')));
end
$$;
