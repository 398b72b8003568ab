-- What our own jobs do for every organization, by the token of a service (`role` = `service`, nobody's `sub`). Written by
-- hand, since it is meant to cross tenants: one command each, for the role of the jobs alone.
drop policy if exists service_reads on app.stores;
drop policy if exists service_writes on app.metric_events;
drop policy if exists service_reads on app.sync_jobs;
drop policy if exists service_changes on app.sync_jobs;
create policy service_reads on app.stores for select to service
    using ((select auth.role()) = 'service');
create policy service_writes on app.metric_events for insert to service
    with check ((select auth.role()) = 'service');
create policy service_reads on app.sync_jobs for select to service
    using ((select auth.role()) = 'service');
create policy service_changes on app.sync_jobs for update to service
    using ((select auth.role()) = 'service')
    with check ((select auth.role()) = 'service');
