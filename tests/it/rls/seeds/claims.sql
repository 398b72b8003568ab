-- The fifth seed's claims: one rule per table for everything, and a cast that raises.
create schema auth;
grant usage on schema auth to :person;
create function auth.jwt() returns jsonb language sql stable
    as $$ select coalesce(nullif(current_setting('request.jwt.claims', true), ''), '{}')::jsonb $$;
create type org_role as enum ('owner', 'admin', 'member', 'viewer');
create table organizations (id uuid primary key default gen_random_uuid(), name text not null, slug text not null unique);
create table org_members (
    id uuid primary key default gen_random_uuid(),
    org_id uuid not null references organizations(id) on delete cascade,
    user_id uuid not null,
    role org_role not null default 'viewer',
    unique (org_id, user_id)
);
create table workspaces (
    id uuid primary key default gen_random_uuid(),
    org_id uuid not null references organizations(id) on delete cascade,
    name text not null
);
create index on workspaces (org_id);
create table workspace_members (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references workspaces(id) on delete cascade,
    user_id uuid not null
);
create table stores (
    id uuid primary key default gen_random_uuid(),
    org_id uuid not null references organizations(id) on delete cascade,
    workspace_id uuid not null references workspaces(id) on delete cascade,
    name text not null
);
alter table organizations enable row level security;
alter table org_members enable row level security;
alter table workspaces enable row level security;
alter table workspace_members enable row level security;
alter table stores enable row level security;
create policy org_isolation on organizations for all using (id = (auth.jwt() ->> 'org_id')::uuid);
create policy org_isolation on org_members for all using (org_id = (auth.jwt() ->> 'org_id')::uuid);
create policy org_isolation on workspaces for all using (org_id = (auth.jwt() ->> 'org_id')::uuid);
create policy org_isolation on stores for all using (org_id = (auth.jwt() ->> 'org_id')::uuid);
create policy org_isolation on workspace_members for all
    using (workspace_id in (select id from workspaces where org_id = (auth.jwt() ->> 'org_id')::uuid));
grant select, insert, update, delete on all tables in schema public to :person;
