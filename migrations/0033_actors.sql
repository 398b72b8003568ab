-- owner: audit: (columns and a check)
--
-- Who did it: a person by id, a client by id, a service by the name of its key, an operator by the name in the
-- operating system, the server by the name of its job; anonymous is a request that had proven nothing, such as one
-- of a client without a credential. Events from before have neither; those of organizations have the person as `by` in
-- their metadata.

-- Every sign-in writes this table: whoever reads it for long makes the migration fail, not the sign-ins wait behind it.
set local lock_timeout = '2s';

alter table auth.security_events
    add column actor_kind text,
    add column actor_id text,
    add constraint security_events_actor check (
        (actor_kind is null and actor_id is null)
        or (actor_kind = 'anonymous' and actor_id is null)
        or (actor_kind in ('person', 'client', 'service_key', 'operator', 'system') and actor_id is not null)
    ) not valid;
