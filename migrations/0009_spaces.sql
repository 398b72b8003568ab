-- owner: tenancy: auth.workspaces, auth.workspace_members, spaces.module_permissions, spaces.module_allowlist
--
-- Inside an organization (space): workspaces with members of their own, and what each role may do with which module.

-- Why an organization is gone: `deleted` by its owner or an operator, `user_deleted` with the person whose space it was.
alter table auth.organizations add column deleted_reason text;

create table auth.workspaces (
    id text primary key check (id <> ''),
    organization_id text not null references auth.organizations on delete cascade,
    name text not null check (name <> ''),
    slug text not null check (slug ~ '^[a-z0-9](-?[a-z0-9])*$' and length(slug) <= 40),
    -- default: the organization's first one; personal: the first one of a personal space; project: every other
    kind text not null default 'project' check (kind in ('default', 'personal', 'project')),
    owner_user_id text references auth.users on delete set null,
    archived_at timestamptz,
    archived_reason text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    unique (organization_id, slug),
    -- what a member's row refers to, so that workspace and membership are of one organization
    unique (id, organization_id),
    check ((archived_at is null) = (archived_reason is null))
);
create unique index workspaces_one_first on auth.workspaces (organization_id) where kind <> 'project';
create unique index workspaces_one_personal on auth.workspaces (owner_user_id) where kind = 'personal' and archived_at is null;
grant select, insert, update, delete on auth.workspaces to signet_app;

create table auth.workspace_members (
    workspace_id text not null,
    organization_id text not null,
    user_id text not null,
    role text not null default 'contributor' check (role in ('owner', 'manager', 'contributor', 'viewer')),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (workspace_id, user_id),
    foreign key (workspace_id, organization_id) references auth.workspaces (id, organization_id) on delete cascade,
    -- whoever leaves the organization leaves its workspaces in the same statement
    foreign key (user_id, organization_id) references auth.members (user_id, organization_id) on delete cascade
);
create index workspace_members_member on auth.workspace_members (user_id, organization_id);
grant select, insert, update, delete on auth.workspace_members to signet_app;

-- Personal spaces from before this migration get their workspace now.
insert into auth.workspaces (id, organization_id, name, slug, kind, owner_user_id, created_at, updated_at)
select gen_random_uuid()::text, o.id, 'My Workspace', 'my-workspace', 'personal', o.owner_user_id, o.created_at, o.created_at
from auth.organizations o
where o.type = 'personal'
  and o.deleted_at is null;
insert into auth.workspace_members (workspace_id, organization_id, user_id, role, created_at, updated_at)
select w.id, w.organization_id, m.user_id, 'owner', w.created_at, w.created_at
from auth.workspaces w
join auth.members m on m.organization_id = w.organization_id and m.user_id = w.owner_user_id
where m.joined_at is not null;

create schema spaces;
grant usage on schema spaces to signet_app, signet_hook;

-- Which modules each type of space has at all; `*` is every module. Configuration, published at start and by migrate.
create table spaces.module_allowlist (
    organization_type text not null check (organization_type in ('personal', 'brand', 'club', 'family', 'team', 'practice')),
    module_id text not null check (module_id = '*' or module_id ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
    primary key (organization_type, module_id)
);
grant select, insert, delete on spaces.module_allowlist to signet_app;
grant select on spaces.module_allowlist to signet_hook;

-- Explicit rights of a role in a space. A row without can_read is a denial. It never adds a module that the type of
-- the space does not have.
create table spaces.module_permissions (
    space_id text not null references auth.organizations on delete cascade,
    role text not null check (role <> ''),
    module_id text not null check (module_id ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
    can_read boolean not null default true,
    can_write boolean not null default false,
    can_admin boolean not null default false,
    updated_at timestamptz not null,
    primary key (space_id, role, module_id),
    check (can_write or not can_admin),
    check (can_read or not can_write)
);
grant select, insert, update, delete on spaces.module_permissions to signet_app;
grant select on spaces.module_permissions to signet_hook;

-- The one rule: what a role may do with each module of a space. A module that the type of the space does not have is
-- none. An explicit row wins, a denial too. Else an owner may read, write and administer, an admin read and write,
-- and every other role read. With `*` in the list, its row stands for every module that has none of its own.
-- '' is none, 'r' reads, 'rw' writes too, 'rwa' administers too. Every name is qualified; it runs with its caller's
-- rights.
create function spaces.module_rights(organization_id text, role text) returns table (module_id text, access text)
language plpgsql stable rows 40 as $$
#variable_conflict use_column
begin
    return query
    select m.module_id,
           case
               when p.module_id is null then
                   case module_rights.role when 'owner' then 'rwa' when 'admin' then 'rw' else 'r' end
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
revoke execute on function spaces.module_rights(text, text) from public;
grant execute on function spaces.module_rights(text, text) to signet_app, signet_hook;

-- The same for one module.
create function spaces.module_access(organization_id text, role text, module_id text) returns text
language plpgsql stable as $$
begin
    return coalesce((
        select r.access
        from spaces.module_rights(module_access.organization_id, module_access.role) r
        where r.module_id in (module_access.module_id, '*')
        order by r.module_id = '*'
        limit 1), '');
end
$$;
revoke execute on function spaces.module_access(text, text, text) from public;
grant execute on function spaces.module_access(text, text, text) to signet_app, signet_hook;

-- The same as a claim: {"calendar": "rw", …}. A module that is missing follows `*`, or is none if there is no `*`.
-- '' stands only where it takes a module out of `*`.
create function spaces.module_claims(organization_id text, role text) returns jsonb
language plpgsql stable as $$
begin
    return (
        select coalesce(jsonb_object_agg(r.module_id, r.access) filter (where r.access <> '' or r.open), '{}')
        from (
            select rights.module_id, rights.access, bool_or(rights.module_id = '*') over () as open
            from spaces.module_rights(module_claims.organization_id, module_claims.role) rights
        ) r);
end
$$;
revoke execute on function spaces.module_claims(text, text) from public;
grant execute on function spaces.module_claims(text, text) to signet_app, signet_hook;
