
-- Whoever may ask for the claims may ask whether they are current, and nobody else: whoever has the right to claims() by
-- name; where claims() is everybody's, whoever has the right to the schema by name; everybody where the schema is
-- everybody's too.
do $signet$
declare
    reader record;
begin
    if exists (
        select
        from pg_namespace n, aclexplode(n.nspacl) acl
        where n.nspname = @schema_text@
          and acl.grantee = 0
          and acl.privilege_type = 'USAGE')
    then
        grant execute on function @schema@.token_is_current(jsonb) to public;
    else
        revoke execute on function @schema@.token_is_current(jsonb) from public;
    end if;
    for reader in
        with claims as (
            select p.proowner, acl.grantee
            from pg_proc p
            join pg_namespace n on n.oid = p.pronamespace
            cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl
            where n.nspname = @schema_text@
              and p.proname = 'claims'
              and p.pronargs = 0
              and acl.privilege_type = 'EXECUTE'
        )
        select r.rolname
        from claims c
        join pg_roles r on r.oid = c.grantee
        where c.grantee <> c.proowner
        union
        -- Everybody may ask for the claims, so it is the schema that says who reads. Signet's own roles use it for more.
        select r.rolname
        from pg_namespace n
        cross join aclexplode(n.nspacl) acl
        join pg_roles r on r.oid = acl.grantee
        join claims c on c.grantee = 0 and c.proowner <> r.oid
        where n.nspname = @schema_text@
          and acl.privilege_type = 'USAGE'
          and r.rolname not in ('signet_app', 'signet_hook', 'signet_maintenance')
        order by 1
    loop
        execute format('grant execute on function %I.token_is_current(jsonb) to %I', @schema_text@, reader.rolname);
    end loop;
end
$signet$;
