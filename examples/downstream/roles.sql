-- The roles of this database, for an administrator to make once. None is a superuser, none bypasses row-level security.
--   authenticated  what a request with a token runs as
--   anon           what a request without one runs as
--   service        what our own jobs run as
--   gateway        what PostgREST, or a server of ours, logs in as; it may only become one of the others
do $$
declare
    wanted constant text[] := array['authenticated nologin', 'anon nologin', 'service nologin', 'gateway login noinherit'];
    role text;
begin
    foreach role in array wanted loop
        begin
            execute 'create role ' || role;
        exception
            when duplicate_object or unique_violation then null;
        end;
    end loop;
    -- Two set-ups on one server may be at it.
    perform pg_advisory_xact_lock(hashtextextended('examples/downstream', 0));
    grant authenticated, anon, service to gateway;
end
$$;
