-- The second seed's members behind a function of the tables' owner, whom FORCE binds too.
create schema auth;
grant usage on schema auth to :person;
create function auth.uid() returns text language sql stable
    as $$ select current_setting('app.user_id', true) $$;
create table workspace_users (
    workspace_id text not null,
    user_id text not null,
    role text not null,
    primary key (workspace_id, user_id)
);
create function is_member(workspace text) returns boolean
    language sql stable security definer set search_path = public, pg_temp
    as $$ select exists (select from workspace_users m where m.workspace_id = workspace and m.user_id = auth.uid()) $$;
alter table workspace_users enable row level security;
alter table workspace_users force row level security;
create policy members on workspace_users for select using (is_member(workspace_id));
create policy joining on workspace_users for insert with check (true);
grant select, insert on workspace_users to :person;
