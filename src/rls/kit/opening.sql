-- The kit of signet for row-level security by the claims of its tokens. Run it again at any time: nothing changes then.
-- It needs the right to create in this database (or in the schema, if that is there), never a superuser.
set local search_path = pg_catalog, pg_temp;
set local standard_conforming_strings = on;
set local client_min_messages = warning;

-- Nothing of somebody else's is replaced.
do $signet$
declare
    wanted constant text[] := array[@functions@];
    tables constant text[] := array[@tables@]::text[];
    place constant text := @schema_text@;
    found record;
begin
    perform pg_advisory_xact_lock(hashtextextended('signet rls install', 0));
    if not exists (select from pg_namespace where nspname = place) then
        execute format('create schema %I', place);
    end if;
    for found in
        select p.proname || '(' || oidvectortypes(p.proargtypes) || ')' as signature,
            pg_get_userbyid(p.proowner) as owner,
            pg_get_userbyid(p.proowner) <> current_user as foreign_owner
        from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = place
          and p.proname || '(' || oidvectortypes(p.proargtypes) || ')' = any (wanted)
          and (pg_get_userbyid(p.proowner) <> current_user
            or obj_description(p.oid, 'pg_proc') is distinct from 'signet rls: ' || p.proname)
        order by 1
    loop
        raise exception using
            errcode = 'SGN01',
            message = format(
                'the function %s.%s belongs to %s%s and is left alone: install into a schema of its own (--schema)',
                place, found.signature, found.owner,
                case when found.foreign_owner then '' else ', is not the kit''s,' end);
    end loop;
    for found in
        select c.relname, pg_get_userbyid(c.relowner) as owner
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = place
          and c.relname = any (tables)
          and (pg_get_userbyid(c.relowner) <> current_user
            or obj_description(c.oid, 'pg_class') is distinct from 'signet rls: ' || c.relname)
    loop
        raise exception using
            errcode = 'SGN01',
            message = format(
                'the table %s.%s belongs to %s and is not the kit''s: install into a schema of its own (--schema); '
                'in signet''s own database, --epoch local needs no table',
                place, found.relname, found.owner);
    end loop;
end
$signet$;
