-- The fourth seed's credentials: forced, and open to whoever says nothing.
create type credential_scope as enum ('USER', 'WORKSPACE', 'SYSTEM');
create table users (id uuid primary key);
create table workspaces (id uuid primary key);
create table workspace_admins (workspace_id uuid not null, user_id uuid not null, primary key (workspace_id, user_id));
grant select on workspace_admins to :person;
create function current_user_id() returns uuid language sql stable
    as $$ select nullif(current_setting('app.current_user_id', true), '')::uuid $$;
create function is_workspace_admin(workspace uuid, person uuid) returns boolean language sql stable
    as $$ select exists (select from workspace_admins a where a.workspace_id = workspace and a.user_id = person) $$;
create table user_credentials (
    id uuid not null default gen_random_uuid() primary key,
    user_id uuid not null references users(id) on delete cascade,
    workspace_id uuid references workspaces(id) on delete cascade,
    name varchar(255) not null,
    provider varchar(100) not null,
    scope credential_scope not null default 'USER',
    encrypted_value text not null,
    masked_value varchar(20)
);
create unique index user_credentials_key on user_credentials (user_id, workspace_id, provider, name);
create index on user_credentials (workspace_id);
alter table user_credentials enable row level security;
alter table user_credentials force row level security;
create policy owner_bypass on user_credentials for all using (current_user_id() is null);
create policy user_access on user_credentials for all using (scope = 'USER' and user_id = current_user_id());
create policy workspace_access on user_credentials for all
    using (scope = 'WORKSPACE' and workspace_id is not null and is_workspace_admin(workspace_id, current_user_id()));
grant select, insert, update, delete on user_credentials to :person;
