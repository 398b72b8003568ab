-- owner: client: auth.resources

-- The `typ` header of access tokens for a resource: RFC 9068's, or the plain one for libraries that take no other.
alter table auth.resources
    add column access_token_typ text not null default 'at+jwt' check (access_token_typ in ('at+jwt', 'JWT'));
