-- owner: hook: (functions only)
--
-- The access-token hook: what a token says about membership, and the contract that operators' functions share.

-- The facts that go into a token: joined memberships only, of organizations that are neither suspended nor deleted.
-- `requested` (an id or a slug) binds; without it the session's active organization wins, then the earliest joined
-- that is not the personal space, then the personal space. Null is a refusal: the person has not joined what was
-- requested. The rule stands here once, for every grant and every output.
-- In plpgsql, whose plans a session keeps; a function in SQL is planned anew at every call. No search_path of its
-- own: every name is qualified, it runs with its caller's rights, and setting one would cost each token.
create function auth.member_claims(user_id text, requested text, active text) returns jsonb
language plpgsql stable cost 1000 as $$
begin
    return (select case
        when requested is not null and chosen.id is null then null
        else jsonb_strip_nulls(jsonb_build_object(
            'org_id', chosen.id,
            'org_role', chosen.role,
            'user_role', chosen.role,
            'role', person.role,
            'tier', coalesce(chosen.tier, person.access_tier)))
        end
    from auth.users person
    left join lateral (
        select o.id, m.role, o.tier
        from auth.members m
        join auth.organizations o on o.id = m.organization_id
        where m.user_id = person.id
          and m.joined_at is not null
          and o.deleted_at is null
          and o.suspended_at is null
          and (requested is null or o.id = requested or o.slug = requested)
        order by coalesce(o.id = active, false) desc, o.type = 'personal', m.joined_at, o.id
        limit 1
    ) chosen on true
    where person.id = member_claims.user_id
      and person.deleted_at is null);
end
$$;
revoke execute on function auth.member_claims(text, text, text) from public;
grant execute on function auth.member_claims(text, text, text) to signet_app, signet_hook;

-- The event that a hook receives. `request` carries what only the server knows: event id, time, client, grant type,
-- token use, authentication method, the organization asked for and the session's active one.
create function auth.token_event(user_id text, claims jsonb, request jsonb) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_build_object(
        'metadata', jsonb_build_object(
            'uuid', request ->> 'event_id', 'time', request ->> 'time', 'name', 'customize-access-token'),
        'user_id', token_event.user_id,
        'claims', claims,
        'authentication_method', request ->> 'authentication_method',
        'client', jsonb_build_object('id', request ->> 'client_id'),
        'grant_type', request ->> 'grant_type',
        'token_use', coalesce(request ->> 'token_use', 'access_token'),
        'org', jsonb_strip_nulls(jsonb_build_object(
            'requested', request ->> 'organization', 'active', request ->> 'active_organization')))
$$;
revoke execute on function auth.token_event(text, jsonb, jsonb) from public;
grant execute on function auth.token_event(text, jsonb, jsonb) to signet_app, signet_hook;

-- The shipped hook. The server computes the same result inside the grant's own statement.
create function auth.custom_access_token_hook(event jsonb) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select case
        when facts is null then jsonb_build_object('error', jsonb_build_object(
            'http_code', 403, 'message', 'the person has not joined the requested organization'))
        else jsonb_build_object('claims', coalesce(event -> 'claims', '{}') || facts)
        end
    from (select auth.member_claims(
        event ->> 'user_id', event -> 'org' ->> 'requested', event -> 'org' ->> 'active') as facts) built_in
$$;
revoke execute on function auth.custom_access_token_hook(jsonb) from public;
grant execute on function auth.custom_access_token_hook(jsonb) to signet_app, signet_hook;
