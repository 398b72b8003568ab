-- The second seed's memberships: each policy looks its own table up, or one that looks back.
create schema auth;
grant usage on schema auth to :person;
create function auth.uid() returns uuid language sql stable
    as $$ select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $$;
create table users (id uuid primary key, email text unique not null, is_super_user boolean default false);
create table workspaces (id uuid primary key, name text not null);
create table workspace_users (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid references workspaces(id) on delete cascade,
    user_id uuid references users(id) on delete cascade,
    role text not null check (role in ('owner', 'admin', 'project_creator')),
    unique (workspace_id, user_id)
);
create table projects (
    id uuid primary key,
    workspace_id uuid references workspaces(id) on delete cascade,
    name text not null,
    settings jsonb default '{}'
);
create table project_users (
    id uuid primary key default gen_random_uuid(),
    project_id uuid references projects(id) on delete cascade,
    user_id uuid references users(id) on delete cascade,
    role text not null check (role in ('owner', 'manager', 'contributor', 'viewer')),
    unique (project_id, user_id)
);
alter table users enable row level security;
alter table workspaces enable row level security;
alter table workspace_users enable row level security;
alter table projects enable row level security;
alter table project_users enable row level security;
create policy "Users can read own data" on users for select using (auth.uid() = id);
create policy "Super users can read all data" on users for select
    using (auth.uid() in (select id from users where is_super_user));
create policy "Read workspaces for members" on workspaces for select
    using (auth.uid() in (select user_id from workspace_users where workspace_id = workspaces.id));
create policy "Read workspace members" on workspace_users for select
    using (auth.uid() in (select m.user_id from workspace_users m where m.workspace_id = workspace_users.workspace_id));
create policy "Manage members for admins" on workspace_users for all
    using (auth.uid() in (select m.user_id from workspace_users m
        where m.workspace_id = workspace_users.workspace_id and m.role in ('owner', 'admin')));
create policy "Read projects for members" on projects for select
    using (auth.uid() in (select user_id from project_users where project_id = projects.id));
create policy "Read project members" on project_users for select
    using (auth.uid() in (select m.user_id from project_users m where m.project_id = project_users.project_id));
grant select, insert, update, delete on all tables in schema public to :person;
