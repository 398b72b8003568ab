-- The same seed with the look-ups in functions that see past the policies, so that its rules can be tried: what is wrong
-- with them is then not hidden behind an endless recursion.
create schema auth;
grant usage on schema auth to :person;
create function auth.uid() returns uuid language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid;
exception when others then
    return null;
end $$;
create table users (id uuid primary key, email text unique not null);
create table workspaces (id uuid primary key, name text not null);
create table workspace_users (
    workspace_id uuid not null references workspaces(id) on delete cascade,
    user_id uuid not null references users(id) on delete cascade,
    role text not null check (role in ('owner', 'admin', 'project_creator')),
    primary key (workspace_id, user_id)
);
create table projects (
    id uuid primary key,
    workspace_id uuid not null references workspaces(id) on delete cascade,
    name text not null,
    settings jsonb not null default '{}'
);
create table project_users (
    project_id uuid not null references projects(id) on delete cascade,
    user_id uuid not null references users(id) on delete cascade,
    role text not null check (role in ('owner', 'manager', 'contributor', 'viewer')),
    primary key (project_id, user_id)
);
create table oauth2_connections (
    id uuid primary key,
    project_id uuid not null references projects(id) on delete cascade
);
create table oauth2_tokens (
    id uuid primary key,
    connection_id uuid not null references oauth2_connections(id) on delete cascade,
    access_token text not null
);
create table chat_sessions (
    id uuid primary key,
    project_id uuid not null references projects(id) on delete cascade,
    title text not null
);
create table chat_messages (
    id uuid primary key,
    chat_id uuid not null references chat_sessions(id) on delete cascade,
    content jsonb not null
);
create table artifacts (
    id uuid primary key,
    project_id uuid not null references projects(id) on delete cascade,
    is_public boolean not null default false
);
create table artifact_files (
    id uuid primary key,
    artifact_id uuid not null references artifacts(id) on delete cascade,
    file_name text not null
);
create function in_workspace(workspace uuid, roles text[]) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select exists (select from public.workspace_users
        where workspace_id = workspace and user_id = auth.uid() and role = any (roles)) $$;
create function in_project(project uuid, roles text[]) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select exists (select from public.project_users
        where project_id = project and user_id = auth.uid() and role = any (roles)) $$;
do $$
declare
    found record;
begin
    for found in select tablename from pg_tables where schemaname = 'public' loop
        execute format('alter table %I enable row level security', found.tablename);
    end loop;
end $$;
create policy "Users can read own data" on users for select to :person using (auth.uid() = id);
create policy "Read workspaces for members" on workspaces for select to :person
    using (in_workspace(id, '{owner,admin,project_creator}'));
create policy "Read workspace members" on workspace_users for select to :person
    using (in_workspace(workspace_id, '{owner,admin,project_creator}'));
create policy "Manage members for admins" on workspace_users for all to :person
    using (in_workspace(workspace_id, '{owner,admin}'));
create policy "Read projects for members" on projects for select to :person
    using (in_project(id, '{owner,manager,contributor,viewer}'));
create policy "Manage personal project" on projects for all to :person
    using (auth.uid() = (settings ->> 'owner_id')::uuid and (settings ->> 'is_personal')::boolean);
create policy "Read project members" on project_users for select to :person
    using (in_project(project_id, '{owner,manager,contributor,viewer}'));
create policy "Read connections" on oauth2_connections for select to :person
    using (in_project(project_id, '{owner,manager,contributor,viewer}'));
create policy "Access OAuth2 tokens" on oauth2_tokens for all to :person
    using (exists (select from oauth2_connections c where c.id = connection_id
        and in_project(c.project_id, '{owner,manager,contributor,viewer}')));
create policy "Read chat sessions" on chat_sessions for select to :person
    using (in_project(project_id, '{owner,manager,contributor,viewer}'));
create policy "Access chat messages" on chat_messages for all to :person
    using (exists (select from chat_sessions s where s.id = chat_id
        and in_project(s.project_id, '{owner,manager,contributor,viewer}')));
create policy "Read artifacts" on artifacts for select to :person
    using (is_public or in_project(project_id, '{owner,manager,contributor,viewer}'));
create policy "Access artifact files" on artifact_files for all to :person
    using (exists (select from artifacts a where a.id = artifact_id
        and (a.is_public or in_project(a.project_id, '{owner,manager,contributor,viewer}'))));
grant select, insert, update, delete on all tables in schema public to :person;
