-- owner: tenancy: auth.organizations, auth.members
--
-- Where: organizations (spaces) and who belongs to them.

create table auth.organizations (
    id text primary key check (id <> ''),
    name text not null,
    slug text not null unique check (slug ~ '^[a-z0-9](-?[a-z0-9])*$' and length(slug) <= 40),
    logo text,
    type text not null default 'team' check (type in ('personal', 'brand', 'club', 'family', 'team', 'practice')),
    owner_user_id text references auth.users on delete set null,
    is_global boolean not null default false,
    -- null means: the person's own tier. A personal space never has one.
    tier text check (tier in ('guest', 'public', 'beta', 'alpha', 'founder')),
    plan text,
    metadata jsonb not null default '{}',
    revoked_before timestamptz,
    suspended_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    check (type <> 'personal' or tier is null)
);
create unique index organizations_one_personal on auth.organizations (owner_user_id) where type = 'personal' and deleted_at is null;
create unique index organizations_one_global on auth.organizations (is_global) where is_global;
grant select, insert, update, delete on auth.organizations to signet_app;
grant select (id, slug, name, type, tier, plan, suspended_at, deleted_at) on auth.organizations to signet_hook;

create table auth.members (
    organization_id text not null references auth.organizations on delete cascade,
    user_id text not null references auth.users on delete cascade,
    -- owner > admin > member > viewer, or a role of the organization's own
    role text not null default 'member' check (role <> ''),
    invited_at timestamptz,
    -- null: invited, not joined; such a row gives no claim
    joined_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (user_id, organization_id)
);
create index members_organization on auth.members (organization_id);
grant select, insert, update, delete on auth.members to signet_app;
grant select on auth.members to signet_hook;
