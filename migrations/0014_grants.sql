-- owner: hook: (functions, a rule of auth.token_hooks, an index of auth.hook_events)
--
-- What an organization's own cut-off means for grants that are not bound to it, what a hook is told of it and may not
-- say, and the way to a person's kept events.

-- auth.member_claims runs with its caller's rights
grant select (revoked_before) on auth.organizations to signet_hook;

-- The facts that go into a token (see 0010). `since` is when the grant began, or its code: an organization whose
-- `revoked_before` is later is not chosen, and not given to whoever asks for it by name, as if the person had left.
-- Null: nothing was granted yet.
drop function auth.member_claims(text, text, text, text[]);
create function auth.member_claims(
    user_id text, requested text, active text, scopes text[] default '{}', since timestamptz default null)
returns jsonb
language plpgsql stable cost 1000 as $$
begin
    return (select case
        when requested is not null and chosen.id is null then null
        else jsonb_strip_nulls(jsonb_build_object(
            'org_id', chosen.id,
            'org_role', chosen.role,
            'user_role', chosen.role,
            'role', person.role,
            'tier', coalesce(chosen.tier, person.access_tier),
            'plan', chosen.plan,
            'modules', case
                when 'modules' = any (scopes) and chosen.id is not null
                then spaces.module_claims(chosen.id, chosen.role)
                end,
            'mv', person.epoch || '.' || coalesce(chosen.epoch, 0) || '.' || coalesce(e.epoch, 0)))
        end
    from auth.users person
    left join lateral (
        select o.id, m.role, o.tier, o.plan, o.epoch
        from auth.members m
        join auth.organizations o on o.id = m.organization_id
        where m.user_id = person.id
          and m.joined_at is not null
          and o.deleted_at is null
          and o.suspended_at is null
          and (since is null or o.revoked_before is null or o.revoked_before <= since)
          and (requested is null or o.id = requested or o.slug = requested)
        order by coalesce(o.id = active, false) desc, o.type = 'personal', m.joined_at, o.id
        limit 1
    ) chosen on true
    left join auth.membership_epochs e on e.user_id = person.id and e.organization_id = chosen.id
    where person.id = member_claims.user_id
      and person.deleted_at is null);
end
$$;
revoke execute on function auth.member_claims(text, text, text, text[], timestamptz) from public;
grant execute on function auth.member_claims(text, text, text, text[], timestamptz) to signet_app, signet_hook;

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
    end if;
end
$migration$;

-- Which organization a token speaks of is nobody's to raise: its epoch counts for the true one, so that the cut-offs
-- of another would not be kept.
update auth.token_hooks
set may_raise = array_remove(may_raise, 'org_id')
where 'org_id' = any (may_raise);
alter table auth.token_hooks
    drop constraint token_hooks_may_raise_check,
    add constraint token_hooks_may_raise_check check (may_raise <@ array['role', 'tier', 'org_role']);

-- The deletion of an account takes its kept events with it.
create index hook_events_by_user on auth.hook_events ((question ->> 'user_id'));
