-- What the library keeps: one row for each session, grant, code and token, as its adapters do.
create table models (
    kind text not null,
    id text not null,
    payload jsonb not null,
    grant_id text,
    uid text,
    user_code text,
    expires_at timestamptz,
    consumed_at timestamptz,
    primary key (kind, id)
);
create index models_grant_id on models (grant_id) where grant_id is not null;
create index models_uid on models (uid) where uid is not null;
create index models_user_code on models (user_code) where user_code is not null;

-- Who signs in.
create table people (
    sub text primary key,
    email text not null,
    name text not null
);
