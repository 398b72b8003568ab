-- owner: hook: (functions, a rule of auth.token_hooks, an index of auth.hook_events)
--
-- What an organization's own cut-off means for grants that are not bound to it, what no hook may say, and the way to
-- a person's kept events.

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
