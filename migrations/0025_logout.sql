-- owner: logout: auth.logout_requests

-- A logout request whose person is asked, or that came in a form: what of it was found true, never the token that it
-- came with. It stays until it expires, so that Back, a reload or a double click leads the same browser on.
create table auth.logout_requests (
    digest bytea primary key check (length(digest) = 32),
    -- digest of the browser's flow cookie; null until the first GET binds it (a cross-site POST carries no cookie)
    browser_digest bytea check (length(browser_digest) = 32),
    request jsonb not null,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
-- As for authorization requests: rows come in the order of time and go soon.
create index logout_requests_expiry on auth.logout_requests using brin (expires_at);
grant select, insert, update, delete on auth.logout_requests to signet_app;
