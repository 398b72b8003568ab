-- owner: tenancy: (functions and a column)
-- owner: hook: (functions only)
--
-- Who stands for what people join by a domain, what a shorter list of modules ends, and since when a hook is told that
-- its grant counts.

-- Who said as what people join by a domain: asked again whenever one would. No reference, as with `invited_by`; null is
-- an operator or a service. Of what stands already, whoever claimed the domain.
alter table auth.organization_domains add column auto_join_set_by text;
update auth.organization_domains set auto_join_set_by = created_by;

-- The first module with which a role may do something that another role may not; null: there is none. More letters are
-- more rights. A module that only one of them names follows the other one's `*`.
create function spaces.module_beyond(organization_id text, role text, other text) returns text
language plpgsql stable as $$
#variable_conflict use_column
begin
    return (
        with theirs as (
            select module_id, access
            from spaces.module_rights(module_beyond.organization_id, module_beyond.role)
        ), own as (
            select module_id, access
            from spaces.module_rights(module_beyond.organization_id, module_beyond.other)
        )
        select min(coalesce(theirs.module_id, own.module_id))
        from theirs
        full join own on own.module_id = theirs.module_id
        where length(coalesce(theirs.access, (select access from theirs where module_id = '*'), ''))
            > length(coalesce(own.access, (select access from own where module_id = '*'), '')));
end
$$;
revoke execute on function spaces.module_beyond(text, text, text) from public;
grant execute on function spaces.module_beyond(text, text, text) to signet_app;

-- As in 0015, by that function.
create or replace function spaces.role_exceeds(organization_id text, role text, other text) returns boolean
language sql stable as $$
    select spaces.module_beyond(organization_id, role, other) is not null
$$;

-- What a type's list no longer has, its organizations have lost: one cut-off speaks of each. It fires when the whole list
-- is published, so that a module that `*` stands for by now is not lost.
create function spaces.bump_type_epoch() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    counted bigint;
begin
    with lost as (
        select o.id
        from auth.organizations o
        where o.deleted_at is null
          and o.type in (
              select g.organization_type
              from gone g
              where not exists (
                  select
                  from spaces.module_allowlist a
                  where a.organization_type = g.organization_type
                    and a.module_id in (g.module_id, '*')))
        order by o.id
        for no key update
    ), moved as (
        update auth.organizations o
        set epoch = o.epoch + 1
        from lost
        where o.id = lost.id
        returning o.id, o.epoch, o.updated_at
    )
    select count(auth.cut_off('', moved.id, moved.epoch, moved.updated_at)::text)
    into counted
    from moved;
    return null;
end $$;
revoke execute on function spaces.bump_type_epoch() from public;

create trigger module_allowlist_epoch after delete on spaces.module_allowlist
    referencing old table as gone
    for each statement execute function spaces.bump_type_epoch();

-- The event, as in 0011, with the time since which the grant counts (`org.since`), and with `metadata.preview` where
-- nothing is issued whatever the hook says.
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
            'ip_address', request -> 'ip_address', 'preview', request -> 'preview')),
        'user_id', token_event.user_id,
        'claims', said,
        'authentication_method', request -> 'authentication_method',
        'client', jsonb_strip_nulls(jsonb_build_object(
            'id', request -> 'client_id', 'first_party', request -> 'first_party')),
        'grant_type', request -> 'grant_type',
        'token_use', coalesce(request ->> 'token_use', 'access_token'),
        'org', jsonb_strip_nulls(jsonb_build_object(
            'id', facts -> 'org_id', 'role', facts -> 'org_role', 'tier', facts -> 'tier', 'epoch', facts -> 'mv',
            'requested', request -> 'organization', 'active', request -> 'active_organization',
            'since', request -> 'since')));
end
$$;

-- The shipped hook, as in 0010, with that time. What an operator has put in its place stays; so does its absence.
do $migration$
begin
    if exists (
        select from pg_proc
        where oid = to_regprocedure('auth.custom_access_token_hook(jsonb)')
          and encode(sha256(convert_to(prosrc, 'UTF8')), 'hex') = '3657e879619f5f7be4ce62509654c0b87f6889428a667fe60ce59e39b913b716')
    then
        create or replace function auth.custom_access_token_hook(event jsonb) returns jsonb
        language sql stable set search_path = pg_catalog, pg_temp as $$
            select case
                when facts is null then jsonb_build_object('error', jsonb_build_object(
                    'http_code', 403, 'message', 'the person has not joined the requested organization'))
                else jsonb_build_object('claims', coalesce(event -> 'claims', '{}') || (facts - 'mv'))
                end
            from (select auth.member_claims(
                event ->> 'user_id', event -> 'org' ->> 'requested', event -> 'org' ->> 'active',
                string_to_array(event -> 'claims' ->> 'scope', ' '),
                (event -> 'org' ->> 'since')::timestamptz) as facts) built_in
        $$;
        -- A binary that is older than a body knows by this that no operator wrote it.
        execute (
            select format('comment on function auth.custom_access_token_hook(jsonb) is %L',
                'signet: shipped ' || encode(sha256(convert_to(prosrc, 'UTF8')), 'hex'))
            from pg_proc
            where oid = to_regprocedure('auth.custom_access_token_hook(jsonb)'));
    end if;
end
$migration$;
