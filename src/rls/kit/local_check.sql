
do $signet$
declare
    -- to_regprocedure would fail without the right to the schema.
    answer constant oid := (
        select p.oid
        from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = 'auth'
          and p.proname = 'epoch_is_current'
          and oidvectortypes(p.proargtypes) = 'text, text, text');
begin
    if answer is null then
        raise exception using
            errcode = 'SGN01',
            message = 'auth.epoch_is_current is not in this database: --epoch local is for the database that signet '
                'itself uses, after `signet migrate`; any other takes --epoch synced';
    end if;
    if not has_schema_privilege('auth', 'usage') or not has_function_privilege(answer, 'execute') then
        raise exception using
            errcode = 'SGN01',
            message = format('%s may not ask auth.epoch_is_current: install as signet_owner, or let that role run '
                '"grant usage on schema auth to %1$s; grant execute on function auth.epoch_is_current to %1$s"',
                quote_ident(current_user));
    end if;
end
$signet$;
