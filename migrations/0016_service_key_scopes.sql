-- owner: authentication: (a check)
--
-- A service key may preview hooks.

alter table auth.service_keys
    drop constraint service_keys_scopes_check,
    add constraint service_keys_scopes_check
        check (cardinality(scopes) > 0 and scopes <@ array['epoch:read', 'hooks:preview', 'membership:read']);
