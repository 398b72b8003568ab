-- owner: hook: (functions only)
--
-- What the built-in hook says of a membership, as a function that PostgreSQL expands where it stands in a `from`: the
-- statements of grants and userinfo then read a person, their organization and its counters by their indexes, as joins of
-- their own plan. auth.member_claims answers with the same row, so that the two cannot differ.
--
-- To be expanded, it must stay one `select` in the language sql, stable, neither strict nor security definer, and without
-- settings of its own. Arguments are named by the function: a column that a later migration adds must not take their
-- place. A statement calls it in a subquery with `offset 0`: then PostgreSQL finds the person first, also while it knows
-- nothing of the size of tables, and computes `tenancy` once, however often it is named.
create function auth.member_facts(
    user_id text, requested text, active text, scopes text[], since timestamptz)
returns table (tenancy jsonb)
language sql stable as $$
    select case
        when member_facts.requested is not null and chosen.id is null then null
        else jsonb_strip_nulls(jsonb_build_object(
            'org_id', chosen.id,
            'org_role', chosen.role,
            'user_role', chosen.role,
            'role', person.role,
            'tier', coalesce(chosen.tier, person.access_tier),
            'plan', chosen.plan,
            'modules', case
                when 'modules' = any (member_facts.scopes) and chosen.id is not null
                then spaces.module_claims(chosen.id, chosen.role)
                end,
            'groups', case
                when 'groups' = any (member_facts.scopes) and chosen.id is null then '[]'::jsonb
                when 'groups' = any (member_facts.scopes)
                then auth.member_groups(chosen.id, chosen.slug, chosen.role, person.id)
                end,
            'roles', case
                when 'roles' = any (member_facts.scopes)
                then to_jsonb(array_remove(array[person.role, 'org:' || chosen.role], null))
                end,
            'mv', person.epoch || '.' || coalesce(chosen.epoch, 0) || '.' || coalesce(e.epoch, 0)))
        end
    from auth.users person
    left join lateral (
        select o.id, o.slug, m.role, o.tier, o.plan, o.epoch
        from auth.members m
        join auth.organizations o on o.id = m.organization_id
        where m.user_id = person.id
          and m.joined_at is not null
          and o.deleted_at is null
          and o.suspended_at is null
          and (member_facts.since is null or o.revoked_before is null or o.revoked_before <= member_facts.since)
          and (member_facts.requested is null or o.id = member_facts.requested or o.slug = member_facts.requested)
        order by coalesce(o.id = member_facts.active, false) desc, o.type = 'personal', m.joined_at, o.id
        limit 1
    ) chosen on true
    left join auth.membership_epochs e on e.user_id = person.id and e.organization_id = chosen.id
    where person.id = member_facts.user_id
      and person.deleted_at is null
$$;
revoke execute on function auth.member_facts(text, text, text, text[], timestamptz) from public;
-- Whoever may call auth.member_claims, which runs with its caller's rights, must be able to call this.
do $$
declare
    grantee oid;
begin
    for grantee in
        select acl.grantee
        from pg_proc p, aclexplode(p.proacl) acl
        where p.oid = 'auth.member_claims(text, text, text, text[], timestamptz)'::regprocedure
          and acl.privilege_type = 'EXECUTE'
          and acl.grantee <> 0
    loop
        execute format(
            'grant execute on function auth.member_facts(text, text, text, text[], timestamptz) to %s',
            grantee::regrole);
    end loop;
end
$$;

-- The same for whoever asks about one person (see 0027 for `groups` and `roles`). In plpgsql, whose plan is kept.
create or replace function auth.member_claims(
    user_id text, requested text, active text, scopes text[] default '{}', since timestamptz default null)
returns jsonb
language plpgsql stable cost 1000 as $$
begin
    return (
        select facts.tenancy
        from auth.member_facts(
            member_claims.user_id, member_claims.requested, member_claims.active, member_claims.scopes,
            member_claims.since) facts);
end
$$;
