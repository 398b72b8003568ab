-- owner: tenancy: auth.membership_epochs
-- owner: token: auth.epoch_cutoffs
-- owner: user: (a column)
-- owner: hook: (functions only)
--
-- The membership epoch: every token of a person carries `mv`, three counters `user.organization.membership`. Whatever
-- changes what such a token says moves a counter; what takes something away also writes a cut-off, and a token below
-- a cut-off is dead: here, and in every database that keeps a copy of the cut-offs.

alter table auth.users add column epoch integer not null default 0;
alter table auth.organizations add column epoch integer not null default 0;

-- A counter outlives its membership, and has no foreign key: who comes back is told from who was removed.
create table auth.membership_epochs (
    user_id text not null,
    organization_id text not null,
    epoch integer not null,
    primary key (user_id, organization_id)
);
grant select on auth.membership_epochs to signet_app, signet_hook;
-- auth.member_claims runs with its caller's rights
grant select (epoch) on auth.users to signet_hook;
grant select (epoch) on auth.organizations to signet_hook;
insert into auth.membership_epochs (user_id, organization_id, epoch)
select user_id, organization_id, 1
from auth.members;

-- (user, '') speaks of the person, ('', organization) of the organization, (user, organization) of the membership.
create table auth.epoch_cutoffs (
    user_id text not null default '',
    organization_id text not null default '',
    -- a token whose counter is smaller is dead
    minimum integer not null,
    changed_at timestamptz not null,
    -- of the last change: a reader that keeps its snapshot finds what became visible since, late commits included
    xid xid8 not null default pg_current_xact_id(),
    primary key (user_id, organization_id),
    check (user_id <> '' or organization_id <> '')
);
create index epoch_cutoffs_xid on auth.epoch_cutoffs (xid);
create index epoch_cutoffs_expiry on auth.epoch_cutoffs (changed_at);
-- The triggers below write as the owner. update: the right to lock the rows that are deleted when they are old.
grant select, update, delete on auth.epoch_cutoffs to signet_app;

-- Time is the later of the row's own, which its writer bound, and the clock's: a delete binds none, and a cut-off
-- that is kept longer than needed does no harm.
create function auth.cut_off(about_user text, about_organization text, least_epoch integer, written_at timestamptz)
returns void
language sql set search_path = pg_catalog, pg_temp as $$
    insert into auth.epoch_cutoffs as c (user_id, organization_id, minimum, changed_at, xid)
    values (about_user, about_organization, least_epoch, greatest(written_at, clock_timestamp()), pg_current_xact_id())
    on conflict (user_id, organization_id) do update
    set minimum = greatest(c.minimum, excluded.minimum),
        changed_at = greatest(c.changed_at, excluded.changed_at),
        xid = excluded.xid
$$;
revoke execute on function auth.cut_off(text, text, integer, timestamptz) from public;

-- Tiers in their order, as src/user/access.rs has them.
create function auth.tier_rank(tier text) returns integer
language sql immutable parallel safe as $$
    select array_position(array['guest', 'public', 'beta', 'alpha', 'founder'], tier)
$$;
revoke execute on function auth.tier_rank(text) from public;

-- Roles with a meaning to us; an organization's own have no rank, so that a change to or from one may take away.
create function auth.member_role_rank(role text) returns integer
language sql immutable parallel safe as $$
    select array_position(array['viewer', 'member', 'admin', 'owner'], role)
$$;
revoke execute on function auth.member_role_rank(text) from public;

-- Whether a new mark reaches the moment it was written at. One in the past spares what was made since, which no counter
-- can tell apart: the server's own checks compare times.
create function auth.is_revoked_by(old_mark timestamptz, new_mark timestamptz, written_at timestamptz) returns boolean
language sql immutable parallel safe as $$
    select coalesce(new_mark is distinct from old_mark and new_mark >= written_at, false)
$$;
revoke execute on function auth.is_revoked_by(timestamptz, timestamptz, timestamptz) from public;

-- A person's row. Everything but a raise is a reduction: what cannot be compared may take something away.
create function auth.bump_user_epoch() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        -- An account that is made again under an old id goes on counting, as long as tokens of the old one may live.
        new.epoch := greatest(new.epoch, (
            select c.minimum from auth.epoch_cutoffs c where c.user_id = new.id and c.organization_id = ''));
        return new;
    end if;
    if tg_op = 'DELETE' then
        perform auth.cut_off(old.id, '', old.epoch + 1, old.updated_at);
        return old;
    end if;
    new.epoch := old.epoch + 1;
    if (new.role <> old.role and new.role <> 'admin')
        or auth.tier_rank(new.access_tier) < auth.tier_rank(old.access_tier)
        or (new.status <> old.status and new.status <> 'active')
        or (new.deleted_at is not null and old.deleted_at is null)
        or auth.is_revoked_by(old.revoked_before, new.revoked_before, new.updated_at)
    then
        perform auth.cut_off(new.id, '', new.epoch, new.updated_at);
    end if;
    return new;
end $$;
revoke execute on function auth.bump_user_epoch() from public;

create trigger users_epoch before update on auth.users
    for each row when (
        (old.role, old.access_tier, old.status, old.deleted_at, old.revoked_before)
        is distinct from (new.role, new.access_tier, new.status, new.deleted_at, new.revoked_before))
    execute function auth.bump_user_epoch();
create trigger users_epoch_ends before insert or delete on auth.users
    for each row execute function auth.bump_user_epoch();

-- An organization's row. A tier that comes or goes is compared with each member's own, so only a raise from one tier
-- to another takes nothing away.
create function auth.bump_organization_epoch() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        new.epoch := greatest(new.epoch, (
            select c.minimum from auth.epoch_cutoffs c where c.user_id = '' and c.organization_id = new.id));
        return new;
    end if;
    if tg_op = 'DELETE' then
        perform auth.cut_off('', old.id, old.epoch + 1, old.updated_at);
        return old;
    end if;
    new.epoch := old.epoch + 1;
    if (new.tier is distinct from old.tier
            and not coalesce(auth.tier_rank(new.tier) > auth.tier_rank(old.tier), false))
        or (new.suspended_at is not null and old.suspended_at is null)
        or (new.deleted_at is not null and old.deleted_at is null)
        or auth.is_revoked_by(old.revoked_before, new.revoked_before, new.updated_at)
    then
        perform auth.cut_off('', new.id, new.epoch, new.updated_at);
    end if;
    return new;
end $$;
revoke execute on function auth.bump_organization_epoch() from public;

create trigger organizations_epoch before update on auth.organizations
    for each row when (
        (old.tier, old.plan, old.suspended_at, old.deleted_at, old.revoked_before)
        is distinct from (new.tier, new.plan, new.suspended_at, new.deleted_at, new.revoked_before))
    execute function auth.bump_organization_epoch();
create trigger organizations_epoch_ends before insert or delete on auth.organizations
    for each row execute function auth.bump_organization_epoch();

-- A membership. Who had not joined had no token that could die.
create function auth.bump_membership_epoch() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    about auth.members := case when tg_op = 'DELETE' then old else new end;
    counted integer;
begin
    insert into auth.membership_epochs as e (user_id, organization_id, epoch)
    values (about.user_id, about.organization_id, 1)
    on conflict (user_id, organization_id) do update
    set epoch = e.epoch + 1
    returning e.epoch into counted;
    if tg_op <> 'INSERT' and old.joined_at is not null and (
        tg_op = 'DELETE'
        or new.joined_at is null
        or (new.role <> old.role
            and new.role <> 'owner'
            and not coalesce(auth.member_role_rank(new.role) > auth.member_role_rank(old.role), false)))
    then
        perform auth.cut_off(about.user_id, about.organization_id, counted, about.updated_at);
    end if;
    return null;
end $$;
revoke execute on function auth.bump_membership_epoch() from public;

create trigger members_epoch after insert or delete on auth.members
    for each row execute function auth.bump_membership_epoch();
create trigger members_epoch_change after update on auth.members
    for each row when ((old.role, old.joined_at) is distinct from (new.role, new.joined_at))
    execute function auth.bump_membership_epoch();

-- Whether a token's `mv` is above every cut-off: the same answer here and, from a copy, in other databases. No `mv`,
-- a malformed one, or a membership's counter without its organization is not current. It runs as its owner: a role
-- of another schema in this database needs only the right to call it.
create function auth.epoch_is_current(mv text, user_id text, organization_id text) returns boolean
language plpgsql stable security definer cost 100 set search_path = pg_catalog, pg_temp as $$
declare
    counters integer[] := case
        when mv ~ '^[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}$' then string_to_array(mv, '.')::integer[] end;
    organization text := nullif(organization_id, '');
begin
    if counters is null or user_id is null or (organization is null and counters[3] <> 0) then
        return false;
    end if;
    return not exists (
            select
            from auth.epoch_cutoffs c
            where c.user_id = epoch_is_current.user_id
              and c.organization_id = ''
              and c.minimum > counters[1])
        and not exists (
            select
            from auth.epoch_cutoffs c
            where c.user_id = ''
              and c.organization_id = organization
              and c.minimum > counters[2])
        and not exists (
            select
            from auth.epoch_cutoffs c
            where c.user_id = epoch_is_current.user_id
              and c.organization_id = organization
              and c.minimum > counters[3]);
end $$;
revoke execute on function auth.epoch_is_current(text, text, text) from public;
grant execute on function auth.epoch_is_current(text, text, text) to signet_app;

-- The facts that go into a token (see 0007), now with the counters, the organization's plan and, by the scope
-- `modules`, what the member may do with each module. The counters are read in the snapshot that the rest is read in.
drop function auth.member_claims(text, text, text);
create function auth.member_claims(user_id text, requested text, active text, scopes text[] default '{}')
returns jsonb
language plpgsql stable cost 1000 as $$
begin
    return (select case
        when requested is not null and chosen.id is null then null
        else jsonb_strip_nulls(jsonb_build_object(
            'org_id', chosen.id,
            'org_role', chosen.role,
            'user_role', chosen.role,
            'role', person.role,
            'tier', coalesce(chosen.tier, person.access_tier),
            'plan', chosen.plan,
            'modules', case
                when 'modules' = any (scopes) and chosen.id is not null
                then spaces.module_claims(chosen.id, chosen.role)
                end,
            'mv', person.epoch || '.' || coalesce(chosen.epoch, 0) || '.' || coalesce(e.epoch, 0)))
        end
    from auth.users person
    left join lateral (
        select o.id, m.role, o.tier, o.plan, o.epoch
        from auth.members m
        join auth.organizations o on o.id = m.organization_id
        where m.user_id = person.id
          and m.joined_at is not null
          and o.deleted_at is null
          and o.suspended_at is null
          and (requested is null or o.id = requested or o.slug = requested)
        order by coalesce(o.id = active, false) desc, o.type = 'personal', m.joined_at, o.id
        limit 1
    ) chosen on true
    left join auth.membership_epochs e on e.user_id = person.id and e.organization_id = chosen.id
    where person.id = member_claims.user_id
      and person.deleted_at is null);
end
$$;
revoke execute on function auth.member_claims(text, text, text, text[]) from public;
grant execute on function auth.member_claims(text, text, text, text[]) to signet_app, signet_hook;

-- The person's own organizations, as userinfo lists them by the scope `organizations`: those that can give claims.
create function auth.member_organizations(user_id text) returns jsonb
language plpgsql stable as $$
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object(
            'id', o.id, 'slug', o.slug, 'name', o.name, 'role', m.role, 'type', o.type)
            order by m.joined_at, o.id), '[]')
        from auth.members m
        join auth.organizations o on o.id = m.organization_id
        where m.user_id = member_organizations.user_id
          and m.joined_at is not null
          and o.deleted_at is null
          and o.suspended_at is null);
end
$$;
revoke execute on function auth.member_organizations(text) from public;
grant execute on function auth.member_organizations(text) to signet_app;

-- The shipped hook: as in 0007, with the scopes of the token. `mv` is the server's own to say: a hook that returned
-- it would fail if a counter moved between the event and the answer.
drop function auth.custom_access_token_hook(jsonb);
create function auth.custom_access_token_hook(event jsonb) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select case
        when facts is null then jsonb_build_object('error', jsonb_build_object(
            'http_code', 403, 'message', 'the person has not joined the requested organization'))
        else jsonb_build_object('claims', coalesce(event -> 'claims', '{}') || (facts - 'mv'))
        end
    from (select auth.member_claims(
        event ->> 'user_id', event -> 'org' ->> 'requested', event -> 'org' ->> 'active',
        string_to_array(event -> 'claims' ->> 'scope', ' ')) as facts) built_in
$$;
revoke execute on function auth.custom_access_token_hook(jsonb) from public;
grant execute on function auth.custom_access_token_hook(jsonb) to signet_app, signet_hook;

-- As in 0006; and a grant that is bound to an organization ends with everything else that was made for it before
-- the organization's own cut-off.
create or replace view auth.live_grants with (security_invoker = true) as
select g.*, s.active_organization_id,
       coalesce(least(g.idle_expires_at, g.expires_at, case when g.offline then null else s.expires_at end), 'infinity') as live_until
from auth.oauth_grants g
join auth.users u on u.id = g.user_id
join auth.oauth_applications a on a.client_id = g.client_id
left join auth.sessions s on s.id = g.session_id
left join auth.oauth_consents c on c.user_id = g.user_id and c.client_id = g.client_id
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
