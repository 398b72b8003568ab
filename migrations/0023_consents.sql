-- owner: authorization: auth.consents
--
-- What a person confirmed, for each place by itself: one client, one organization or none, one resource or none. No
-- place covers another. auth.oauth_consents, one row for all places of a client, stays for replicas of the version
-- before, which still write it; nothing here reads it any more.

create table auth.consents (
    user_id text not null references auth.users on delete cascade,
    client_id text not null references auth.oauth_applications on delete cascade,
    -- empty: no organization was asked for, so that tokens speak of whichever is active
    organization_id text not null,
    -- empty: this server itself
    resource text not null,
    scopes text[] not null,
    -- null: nothing is confirmed at present
    granted_at timestamptz,
    -- ends every grant of this place from before it; stays when consent is given again, so that no such grant revives
    withdrawn_at timestamptz,
    primary key (user_id, client_id, organization_id, resource),
    check (granted_at is not null or withdrawn_at is not null),
    check (granted_at is not null or scopes = '{}')
);
grant select, insert, update, delete on auth.consents to signet_app;

-- A row that names no organization and no resource was given for neither. Of any other nobody can tell which scope was
-- confirmed for which place: the person is asked again.
insert into auth.consents (user_id, client_id, organization_id, resource, scopes, granted_at, withdrawn_at)
select user_id, client_id, '', '', scopes, granted_at, withdrawn_at
from auth.oauth_consents
where (withdrawn_at is null or withdrawn_at < granted_at)
  and not exists (
    select from unnest(scopes) scope
    where scope like 'organization:%' and scope <> 'organization:*'
       or scope like '\\resource:%');

-- What a withdrawal ended stays ended, in every place that it reached.
insert into auth.consents (user_id, client_id, organization_id, resource, scopes, withdrawn_at)
select c.user_id, c.client_id, place.organization_id, place.resource, '{}', c.withdrawn_at
from auth.oauth_consents c
join (
    select user_id, client_id, coalesce(organization_id, '') as organization_id, coalesce(resource, '') as resource
    from auth.oauth_grants
    union
    select user_id, client_id, coalesce(organization_id, ''), coalesce(resource, '')
    from auth.oauth_authorization_codes
    union
    select user_id, client_id, '', ''
    from auth.oauth_consents) place on place.user_id = c.user_id and place.client_id = c.client_id
where c.withdrawn_at is not null
on conflict do nothing;

-- Whether a person confirmed all of these scopes for a client in one place. A scope that names an organization says
-- which place, and is no right in it.
create function auth.has_consented(
    user_id text, client_id text, organization_id text, resource text, scopes text[])
returns boolean
language plpgsql stable as $$
begin
    return exists (
        select
        from auth.consents c
        where c.user_id = has_consented.user_id
          and c.client_id = has_consented.client_id
          and c.organization_id = has_consented.organization_id
          and c.resource = coalesce(has_consented.resource, '')
          and c.granted_at is not null
          and c.scopes @> array(
            select scope
            from unnest(has_consented.scopes) scope
            where scope = 'organization:*' or scope not like 'organization:%'));
end
$$;
revoke execute on function auth.has_consented(text, text, text, text, text[]) from public;
grant execute on function auth.has_consented(text, text, text, text, text[]) to signet_app;

-- As in 0010; a grant ends with the consent of its own organization and resource, and of no other.
create or replace view auth.live_grants with (security_invoker = true) as
select g.*, s.active_organization_id,
       coalesce(least(g.idle_expires_at, g.expires_at, case when g.offline then null else s.expires_at end), 'infinity') as live_until
from auth.oauth_grants g
join auth.users u on u.id = g.user_id
join auth.oauth_applications a on a.client_id = g.client_id
left join auth.sessions s on s.id = g.session_id
left join auth.consents c
    on c.user_id = g.user_id
    and c.client_id = g.client_id
    and c.organization_id = coalesce(g.organization_id, '')
    and c.resource = coalesce(g.resource, '')
cross join auth.platform p
where g.ended_at is null
  and u.deleted_at is null
  and u.status = 'active'
  and (u.revoked_before is null or (g.created_at >= u.revoked_before and (s.id is null or s.created_at >= u.revoked_before)))
  and a.disabled_at is null
  and (a.revoked_before is null or g.created_at >= a.revoked_before)
  and (p.revoked_before is null or g.created_at >= p.revoked_before)
  and (g.offline or (s.id is not null and s.revoked_at is null))
  and (c.withdrawn_at is null or c.withdrawn_at <= g.created_at)
  and (g.organization_id is null or not exists (
    select from auth.organizations o where o.id = g.organization_id and o.revoked_before > g.created_at));
