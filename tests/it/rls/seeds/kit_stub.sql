-- The kit's functions in a few words, for tests that are about verify alone.
create schema auth;
grant usage on schema auth to :person;
create function auth.claims() returns jsonb language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return case when jsonb_typeof(current_setting('request.jwt.claims', true)::jsonb) = 'object'
        then current_setting('request.jwt.claims', true)::jsonb end;
exception when others then
    return null;
end $$;
create function auth.org_id() returns text language sql stable
    return case when jsonb_typeof(auth.claims() -> 'org_id') = 'string' then nullif(auth.claims() ->> 'org_id', '') end;
create function auth.org_id_uuid() returns uuid language sql stable
    return substring(auth.org_id() from '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$')::uuid;
create function auth.uid() returns text language sql stable
    return nullif(auth.claims() ->> 'sub', '');
create function auth.has_org_role(wanted text) returns boolean language sql stable
    return coalesce(auth.claims() ->> 'org_role' = any (case wanted
        when 'member' then array['member', 'admin', 'owner'] when 'admin' then array['admin', 'owner'] end), false);
