-- owner: hook: (functions only)
--
-- Groups are bounded by their length too: a hundred long names would fill what proxies and cookies hold.

-- The groups of a member: the organization's slug, `slug:role`, and `slug/workspace:role` for each workspace, of which
-- the first hundred by slug, as long as their names have 4,096 bytes together.
create or replace function auth.member_groups(organization_id text, slug text, role text, user_id text) returns jsonb
language plpgsql stable as $$
begin
    return (
        select jsonb_agg(named.name order by named.name collate "C")
        from (
            select member_groups.slug as name
            union all
            select member_groups.slug || ':' || member_groups.role
            union all
            select place.name
            from (
                select one.name, sum(octet_length(one.name)) over (order by one.slug collate "C") as so_far
                from (
                    select w.slug, member_groups.slug || '/' || w.slug || ':' || m.role as name
                    from auth.workspace_members m
                    join auth.workspaces w on w.id = m.workspace_id
                    where m.user_id = member_groups.user_id
                      and m.organization_id = member_groups.organization_id
                      and w.archived_at is null
                    order by w.slug collate "C"
                    limit 100
                ) one
            ) place
            where place.so_far <= 4096
        ) named);
end
$$;
