
-- What policies ask in nearly every statement is plpgsql: an SQL function becomes a part of each statement that is
-- planned, and planning that costs more than the call. As with claims(), every name says its schema.

-- The person, or null: a service's token has its own client as `sub`.
create or replace function @schema@.uid() returns text
    language plpgsql stable parallel safe
as $signet$
declare
    claims pg_catalog.jsonb := @schema@.claims();
    found pg_catalog.text := claims operator(pg_catalog.->>) 'sub';
begin
    if found operator(pg_catalog.<>) ''
        and pg_catalog.jsonb_typeof(claims operator(pg_catalog.->) 'sub') operator(pg_catalog.=) 'string'
        and (claims operator(pg_catalog.->) 'client_id') is distinct from (claims operator(pg_catalog.->) 'sub')
    then
        return found;
    end if;
    return null;
end
$signet$;

create or replace function @schema@.uid_uuid() returns uuid
    language sql stable parallel safe
    return substring(@schema@.uid() collate "C",
        '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$')::uuid;

-- The organization that the person acts for.
create or replace function @schema@.org_id() returns text
    language plpgsql stable parallel safe
as $signet$
declare
    claims pg_catalog.jsonb := @schema@.claims();
    found pg_catalog.text := claims operator(pg_catalog.->>) 'org_id';
begin
    if found operator(pg_catalog.<>) ''
        and pg_catalog.jsonb_typeof(claims operator(pg_catalog.->) 'org_id') operator(pg_catalog.=) 'string'
    then
        return found;
    end if;
    return null;
end
$signet$;

create or replace function @schema@.org_id_uuid() returns uuid
    language sql stable parallel safe
    return substring(@schema@.org_id() collate "C",
        '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$')::uuid;

-- As what they act there: owner, admin, member, viewer, or a role of the organization's own.
create or replace function @schema@.org_role() returns text
    language plpgsql stable parallel safe
as $signet$
declare
    claims pg_catalog.jsonb := @schema@.claims();
    found pg_catalog.text := claims operator(pg_catalog.->>) 'org_role';
begin
    if found operator(pg_catalog.<>) ''
        and pg_catalog.jsonb_typeof(claims operator(pg_catalog.->) 'org_role') operator(pg_catalog.=) 'string'
    then
        return found;
    end if;
    return null;
end
$signet$;

-- What they are on the platform: user, admin, service. Never a role of this database.
create or replace function @schema@.role() returns text
    language sql stable parallel safe
    return jsonb_path_query_first(@schema@.claims() -> @role_claim@,
        'strict $ ? (@.type() == "string" && @ != "")', '{}', true) #>> '{}';

-- What they may see; nobody and whatever is unknown is a guest.
create or replace function @schema@.tier() returns text
    language sql stable parallel safe
    return coalesce(jsonb_path_query_first(@schema@.claims() -> 'tier',
        'strict $ ? (@ == "guest" || @ == "public" || @ == "beta" || @ == "alpha" || @ == "founder")',
        '{}', true) #>> '{}', 'guest');

-- guest < public < beta < alpha < founder. Everybody is at least a guest: 'guest' protects nothing.
create or replace function @schema@.tier_at_least(tier text) returns boolean
    language sql stable parallel safe
    return coalesce(@schema@.tier() = any (case tier
        when 'guest' then array['guest', 'public', 'beta', 'alpha', 'founder']
        when 'public' then array['public', 'beta', 'alpha', 'founder']
        when 'beta' then array['beta', 'alpha', 'founder']
        when 'alpha' then array['alpha', 'founder']
        when 'founder' then array['founder']
        end), false);

-- owner > admin > member > viewer; a role of an organization's own is at least itself and nothing else.
create or replace function @schema@.has_org_role(role text) returns boolean
    language sql stable parallel safe
    return coalesce(@schema@.org_role() = any (case role
        when 'viewer' then array['viewer', 'member', 'admin', 'owner']
        when 'member' then array['member', 'admin', 'owner']
        when 'admin' then array['admin', 'owner']
        else array[role]
        end), false);

-- Whether the person may read, write or administer a module of the organization, by the claim `modules`:
-- {"billing": "r", "*": "rw"}. A module's own entry goes before that of every module.
create or replace function @schema@.can(module text, action text) returns boolean
    language plpgsql stable parallel safe
    set search_path = pg_catalog, pg_temp
as $signet$
declare
    modules jsonb := @schema@.claims() -> 'modules';
    needed text := case action when 'read' then 'r' when 'write' then 'w' when 'admin' then 'a' end;
    given jsonb;
begin
    if module is null or needed is null or jsonb_typeof(modules) is distinct from 'object' then
        return false;
    end if;
    given := coalesce(modules -> module, modules -> '*');
    return coalesce(
        given in ('"r"'::jsonb, '"rw"'::jsonb, '"rwa"'::jsonb) and strpos(given #>> '{}', needed) > 0, false);
end
$signet$;
