-- owner: authorization: (views only)
--
-- What can be redeemed, said once, beside auth.live_sessions and auth.live_grants: a code that nobody redeemed yet, whose
-- session, person, client, organization and consent all stand as they did when it was issued. Whoever adds another kind
-- of code (a device code, RFC 8628) gives it a view of the same shape: the code's columns, the organization that is
-- active in its session, and until when it lives.

create view auth.live_codes with (security_invoker = true) as
select c.*, s.active_organization_id, least(c.expires_at, s.live_until) as live_until
from auth.oauth_authorization_codes c
join auth.live_sessions s on s.id = c.session_id
join auth.users u on u.id = c.user_id
join auth.oauth_applications a on a.client_id = c.client_id
left join auth.consents k
    on k.user_id = c.user_id
    and k.client_id = c.client_id
    and k.organization_id = coalesce(c.organization_id, '')
    and k.resource = coalesce(c.resource, '')
where c.redeemed_at is null
  and u.status = 'active'
  and a.disabled_at is null
  and (a.revoked_before is null or c.created_at >= a.revoked_before)
  and (k.withdrawn_at is null or k.withdrawn_at <= c.created_at)
  and (c.organization_id is null or not exists (
    select from auth.organizations o where o.id = c.organization_id and o.revoked_before > c.created_at));
grant select on auth.live_codes to signet_app;
