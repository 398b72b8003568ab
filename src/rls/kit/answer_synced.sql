-- A copy that is not kept current says nothing. The time is the statement's, as is what it sees.
    if not exists (
        select
        from @schema@.epoch_sync s
        where s.received_at > statement_timestamp() - interval '@max_heartbeat_ms@ milliseconds'
          -- a clock that was set back makes nothing current
          and s.received_at < statement_timestamp() + interval '1 second')
    then
        return false;
    end if;
    return not exists (
            select
            from @schema@.epoch_cutoffs c
            where c.user_id = token_user
              and c.organization_id = ''
              and c.minimum > counters[1])
        and not exists (
            select
            from @schema@.epoch_cutoffs c
            where c.user_id = ''
              and c.organization_id = token_organization
              and c.minimum > counters[2])
        and not exists (
            select
            from @schema@.epoch_cutoffs c
            where c.user_id = token_user
              and c.organization_id = token_organization
              and c.minimum > counters[3]);
