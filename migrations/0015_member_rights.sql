-- owner: tenancy: (functions and columns)
-- owner: token: (functions only)
--
-- What a member may do beside their role, and what follows when a role's rights to modules change: nobody gives what
-- they lack, and whatever becomes less ends the tokens that say otherwise, in the transaction of the change.

-- A member who may make workspaces in the organization without managing it. An invitation may bring it, and joining
-- by a domain. It is no claim: only our own services ask for it.
alter table auth.members add column can_create_workspaces boolean not null default false;
alter table auth.invitations add column can_create_workspaces boolean not null default false;
alter table auth.organization_domains add column auto_join_can_create_workspaces boolean not null default false;

-- How many organizations a person has made is counted before they make another.
create index organizations_made_by on auth.organizations (owner_user_id) where type <> 'personal' and deleted_at is null;

-- What a role may do with a module that it has no entry for.
create function spaces.module_fallback(role text) returns text
language sql immutable parallel safe as $$
    select case role when 'owner' then 'rwa' when 'admin' then 'rw' else 'r' end
$$;
revoke execute on function spaces.module_fallback(text) from public;
grant execute on function spaces.module_fallback(text) to signet_app, signet_hook;

-- The letters of an entry.
create function spaces.module_letters(can_read boolean, can_write boolean, can_admin boolean) returns text
language sql immutable parallel safe as $$
    select case when can_admin then 'rwa' when can_write then 'rw' when can_read then 'r' else '' end
$$;
revoke execute on function spaces.module_letters(boolean, boolean, boolean) from public;

-- Whether a role may do something with some module that another role may not. More letters are more rights. A module
-- that only one of them names follows the other one's `*`.
create function spaces.role_exceeds(organization_id text, role text, other text) returns boolean
language plpgsql stable as $$
#variable_conflict use_column
begin
    return exists (
        with theirs as (
            select module_id, access
            from spaces.module_rights(role_exceeds.organization_id, role_exceeds.role)
        ), own as (
            select module_id, access
            from spaces.module_rights(role_exceeds.organization_id, role_exceeds.other)
        )
        select
        from theirs
        full join own on own.module_id = theirs.module_id
        where length(coalesce(theirs.access, (select access from theirs where module_id = '*'), ''))
            > length(coalesce(own.access, (select access from own where module_id = '*'), '')));
end
$$;
revoke execute on function spaces.role_exceeds(text, text, text) from public;
grant execute on function spaces.role_exceeds(text, text, text) to signet_app;

-- An entry that comes, changes or goes moves the counter of every joined member with that role, if the module is one
-- of the space's type; what makes the right less also cuts their tokens off. Where so many have the role that a
-- cut-off for each would take long, one speaks of the whole organization.
create function spaces.bump_module_epoch() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    about spaces.module_permissions := case when tg_op = 'DELETE' then old else new end;
    before_change text := case
        when tg_op = 'INSERT' then spaces.module_fallback(about.role)
        else spaces.module_letters(old.can_read, old.can_write, old.can_admin) end;
    after_change text := case
        when tg_op = 'DELETE' then spaces.module_fallback(about.role)
        else spaces.module_letters(new.can_read, new.can_write, new.can_admin) end;
    counted integer;
begin
    if before_change = after_change or not exists (
        select
        from auth.organizations o
        join spaces.module_allowlist a on a.organization_type = o.type
        where o.id = about.space_id
          and a.module_id in (about.module_id, '*'))
    then
        return null;
    end if;
    if (select count(*) from auth.members m where m.organization_id = about.space_id and m.role = about.role) > 1000 then
        update auth.organizations
        set epoch = epoch + 1
        where id = about.space_id
        returning epoch into counted;
        if length(after_change) < length(before_change) then
            perform auth.cut_off('', about.space_id, counted, about.updated_at);
        end if;
        return null;
    end if;
    with moved as (
        update auth.membership_epochs e
        set epoch = e.epoch + 1
        from auth.members m
        where m.organization_id = about.space_id
          and m.role = about.role
          and m.joined_at is not null
          and e.user_id = m.user_id
          and e.organization_id = m.organization_id
        returning e.user_id, e.epoch
    )
    select count(auth.cut_off(moved.user_id, about.space_id, moved.epoch, about.updated_at)::text)
    into counted
    from moved
    where length(after_change) < length(before_change);
    return null;
end $$;
revoke execute on function spaces.bump_module_epoch() from public;

create trigger module_permissions_epoch after insert or update or delete on spaces.module_permissions
    for each row execute function spaces.bump_module_epoch();

-- As in 0009, with the fallback and the letters where others use them too.
create or replace function spaces.module_rights(organization_id text, role text)
returns table (module_id text, access text)
language plpgsql stable rows 40 as $$
#variable_conflict use_column
begin
    return query
    select m.module_id,
           case
               when p.module_id is null then spaces.module_fallback(module_rights.role)
               when p.can_admin then 'rwa'
               when p.can_write then 'rw'
               when p.can_read then 'r'
               else ''
           end
    from auth.organizations o
    cross join lateral (
        select a.module_id
        from spaces.module_allowlist a
        where a.organization_type = o.type
        union
        select e.module_id
        from spaces.module_permissions e
        where e.space_id = o.id
          and e.role = module_rights.role
          and exists (
              select from spaces.module_allowlist every
              where every.organization_type = o.type
                and every.module_id = '*')
    ) m
    left join spaces.module_permissions p
        on p.space_id = o.id
       and p.role = module_rights.role
       and p.module_id = m.module_id
    where o.id = module_rights.organization_id
      and o.deleted_at is null
      and o.suspended_at is null
      and module_rights.role <> '';
end
$$;

-- As in 0010; and a role that is higher but may do less with some module takes something away too.
create or replace function auth.bump_membership_epoch() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    about auth.members := case when tg_op = 'DELETE' then old else new end;
    counted integer;
begin
    insert into auth.membership_epochs as e (user_id, organization_id, epoch)
    values (about.user_id, about.organization_id, 1)
    on conflict (user_id, organization_id) do update
    set epoch = e.epoch + 1
    returning e.epoch into counted;
    if tg_op <> 'INSERT' and old.joined_at is not null and (
        tg_op = 'DELETE'
        or new.joined_at is null
        or (new.role <> old.role
            and new.role <> 'owner'
            and not coalesce(auth.member_role_rank(new.role) > auth.member_role_rank(old.role), false))
        or (new.role <> old.role and spaces.role_exceeds(about.organization_id, old.role, new.role)))
    then
        perform auth.cut_off(about.user_id, about.organization_id, counted, about.updated_at);
    end if;
    return null;
end $$;

-- As in 0010; and another type has other modules: what cannot be compared may take something away.
create or replace function auth.bump_organization_epoch() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        new.epoch := greatest(new.epoch, (
            select c.minimum from auth.epoch_cutoffs c where c.user_id = '' and c.organization_id = new.id));
        return new;
    end if;
    if tg_op = 'DELETE' then
        perform auth.cut_off('', old.id, old.epoch + 1, old.updated_at);
        return old;
    end if;
    new.epoch := old.epoch + 1;
    if (new.tier is distinct from old.tier
            and not coalesce(auth.tier_rank(new.tier) > auth.tier_rank(old.tier), false))
        or new.type <> old.type
        or (new.suspended_at is not null and old.suspended_at is null)
        or (new.deleted_at is not null and old.deleted_at is null)
        or auth.is_revoked_by(old.revoked_before, new.revoked_before, new.updated_at)
    then
        perform auth.cut_off('', new.id, new.epoch, new.updated_at);
    end if;
    return new;
end $$;

drop trigger organizations_epoch on auth.organizations;
create trigger organizations_epoch before update on auth.organizations
    for each row when (
        (old.tier, old.plan, old.type, old.suspended_at, old.deleted_at, old.revoked_before)
        is distinct from (new.tier, new.plan, new.type, new.suspended_at, new.deleted_at, new.revoked_before))
    execute function auth.bump_organization_epoch();

-- As in 0010, and bounded: an answer of userinfo does not grow with every organization that somebody joins. The first
-- hundred; the API lists every one.
create or replace function auth.member_organizations(user_id text) returns jsonb
language plpgsql stable as $$
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object(
            'id', first.id, 'slug', first.slug, 'name', first.name, 'role', first.role, 'type', first.type)
            order by first.joined_at, first.id), '[]')
        from (
            select o.id, o.slug, o.name, m.role, o.type, m.joined_at
            from auth.members m
            join auth.organizations o on o.id = m.organization_id
            where m.user_id = member_organizations.user_id
              and m.joined_at is not null
              and o.deleted_at is null
              and o.suspended_at is null
            order by m.joined_at, o.id
            limit 100
        ) first);
end
$$;
