-- owner: db: (views only)
--
-- The installation's cut-off is one value, and the views say so. As a join, auth.platform spoiled the estimates of every
-- statement that reads them: a table of one row is never analyzed, so that PostgreSQL takes it for many hundred rows and
-- each session and grant for as many. If the row were missing, nothing would live, as with the join.

-- As in 0006.
create or replace view auth.live_sessions with (security_invoker = true) as
select s.*, least(s.idle_expires_at, s.expires_at) as live_until
from auth.sessions s
join auth.users u on u.id = s.user_id
where s.revoked_at is null
  and u.deleted_at is null
  and u.status in ('active', 'waitlist')
  and (u.revoked_before is null or s.created_at >= u.revoked_before)
  and s.created_at >= coalesce((select coalesce(p.revoked_before, '-infinity') from auth.platform p), 'infinity');

-- As in 0023.
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
where g.ended_at is null
  and u.deleted_at is null
  and u.status = 'active'
  and (u.revoked_before is null or (g.created_at >= u.revoked_before and (s.id is null or s.created_at >= u.revoked_before)))
  and a.disabled_at is null
  and (a.revoked_before is null or g.created_at >= a.revoked_before)
  and g.created_at >= coalesce((select coalesce(p.revoked_before, '-infinity') from auth.platform p), 'infinity')
  and (g.offline or (s.id is not null and s.revoked_at is null))
  and (c.withdrawn_at is null or c.withdrawn_at <= g.created_at)
  and (g.organization_id is null or not exists (
    select from auth.organizations o where o.id = g.organization_id and o.revoked_before > g.created_at));
