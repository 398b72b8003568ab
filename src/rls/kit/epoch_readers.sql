
-- Whoever may ask for the claims may ask whether they are current, and nobody else: by name, or everybody where the whole
-- schema is everybody's.
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
        select r.rolname
        from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        cross join aclexplode(p.proacl) acl
        join pg_roles r on r.oid = acl.grantee
        where n.nspname = @schema_text@
          and p.proname = 'claims'
          and p.pronargs = 0
          and acl.privilege_type = 'EXECUTE'
          and acl.grantee <> p.proowner
        order by 1
    loop
        execute format('grant execute on function %I.token_is_current(jsonb) to %I', @schema_text@, reader.rolname);
    end loop;
end
$signet$;
