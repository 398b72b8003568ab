-- signet's own tables are in this database, and it has the answer.
    return coalesce(auth.epoch_is_current(mv, token_user, token_organization), false);
