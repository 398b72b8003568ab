-- owner: hook: (functions only)
-- owner: tenancy: (functions and triggers on auth.workspace_members)
--
-- The claims `groups` and `roles`, for applications that know nothing of organizations: by the scopes of the same
-- names. A member who loses a role in a workspace has their tokens cut off, as with every role. A workspace that is
-- archived or renamed takes nothing from a person: its groups go with the next token.

-- auth.member_claims runs with its caller's rights
grant select (id, organization_id, slug, archived_at) on auth.workspaces to signet_hook;
grant select (workspace_id, organization_id, user_id, role) on auth.workspace_members to signet_hook;

-- The groups of a member: the organization's slug, `slug:role`, and `slug/workspace:role` for each workspace, of which
-- the first hundred by slug.
create function auth.member_groups(organization_id text, slug text, role text, user_id text) returns jsonb
language plpgsql stable as $$
begin
    return (
        select jsonb_agg(named.name order by named.name collate "C")
        from (
            select member_groups.slug as name
            union all
            select member_groups.slug || ':' || member_groups.role
            union all
            (select member_groups.slug || '/' || w.slug || ':' || m.role
             from auth.workspace_members m
             join auth.workspaces w on w.id = m.workspace_id
             where m.user_id = member_groups.user_id
               and m.organization_id = member_groups.organization_id
               and w.archived_at is null
             order by w.slug collate "C"
             limit 100)
        ) named);
end
$$;
revoke execute on function auth.member_groups(text, text, text, text) from public;
grant execute on function auth.member_groups(text, text, text, text) to signet_app, signet_hook;

-- The facts that go into a token (see 0014), now with `groups` and `roles`. In `roles` the role on the platform stands
-- by its name and the one in the organization as `org:role`: an organization's admin is none of the platform's.
create or replace function auth.member_claims(
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
            'groups', case
                when 'groups' = any (scopes) and chosen.id is null then '[]'::jsonb
                when 'groups' = any (scopes)
                then auth.member_groups(chosen.id, chosen.slug, chosen.role, person.id)
                end,
            'roles', case
                when 'roles' = any (scopes)
                then to_jsonb(array_remove(array[person.role, 'org:' || chosen.role], null))
                end,
            'mv', person.epoch || '.' || coalesce(chosen.epoch, 0) || '.' || coalesce(e.epoch, 0)))
        end
    from auth.users person
    left join lateral (
        select o.id, o.slug, m.role, o.tier, o.plan, o.epoch
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

-- Roles in a workspace, in their order.
create function auth.workspace_role_rank(role text) returns integer
language sql immutable parallel safe as $$
    select array_position(array['viewer', 'contributor', 'manager', 'owner'], role)
$$;
revoke execute on function auth.workspace_role_rank(text) from public;
-- the condition of a trigger runs with the rights of whoever writes the row
grant execute on function auth.workspace_role_rank(text) to signet_app;

-- Moves the counter of a member who lost a role in a workspace, and cuts their tokens off. Who is no member of the
-- organization any more was cut off with the membership.
create function auth.bump_workspace_member_epoch() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    counted integer;
begin
    update auth.membership_epochs e
    set epoch = e.epoch + 1
    where e.user_id = old.user_id
      and e.organization_id = old.organization_id
      and exists (
          select
          from auth.members m
          where m.user_id = old.user_id
            and m.organization_id = old.organization_id
            and m.joined_at is not null)
    returning e.epoch into counted;
    if found then
        perform auth.cut_off(old.user_id, old.organization_id, counted, old.updated_at);
    end if;
    return null;
end $$;
revoke execute on function auth.bump_workspace_member_epoch() from public;

create trigger workspace_members_epoch after delete on auth.workspace_members
    for each row execute function auth.bump_workspace_member_epoch();
create trigger workspace_members_epoch_change after update on auth.workspace_members
    for each row when (
        (old.workspace_id, old.organization_id, old.user_id) is distinct from
            (new.workspace_id, new.organization_id, new.user_id)
        or auth.workspace_role_rank(new.role) < auth.workspace_role_rank(old.role))
    execute function auth.bump_workspace_member_epoch();
