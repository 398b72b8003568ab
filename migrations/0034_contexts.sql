-- owner: db: (functions only)
--
-- Whose rows the tables under FORCE ROW LEVEL SECURITY show: a person's or an organization's, said for one transaction.
-- Nothing that was said is nobody, and nobody's rows are none: a policy compares with these functions and never asks
-- whether they are null.

create function auth.current_user_id() returns text
language sql stable as $$
    select nullif(pg_catalog.current_setting('signet.user_id', true), '')
$$;

create function auth.current_organization_id() returns text
language sql stable as $$
    select nullif(pg_catalog.current_setting('signet.organization_id', true), '')
$$;

-- Says it until the transaction ends; null takes it back. With the rights of whoever calls it: a function that says it
-- first and then reads is one statement, and sees what its caller may see.
create function auth.set_context(user_id text, organization_id text) returns void
language plpgsql as $$
begin
    perform pg_catalog.set_config('signet.user_id', coalesce(set_context.user_id, ''), true),
            pg_catalog.set_config('signet.organization_id', coalesce(set_context.organization_id, ''), true);
end
$$;

revoke all on function auth.current_user_id(), auth.current_organization_id(), auth.set_context(text, text) from public;
grant execute on function auth.current_user_id(), auth.current_organization_id(), auth.set_context(text, text)
    to signet_app;
