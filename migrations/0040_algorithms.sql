-- owner: signing: auth.jwks
-- owner: client: auth.resources, auth.oauth_applications
--
-- Keys of PS256 and ES384, which resources may choose too. A server of the version before leaves such keys alone.

-- Servers read these tables: whoever reads them for long makes the migration fail, not the servers wait behind it.
set local lock_timeout = '2s';

alter table auth.jwks
    drop constraint jwks_alg_check,
    add constraint jwks_alg_check check (alg in ('RS256', 'PS256', 'ES256', 'ES384', 'EdDSA')) not valid,
    -- An operator brought it: it is not replaced by one of another size. Null in the rows from before: the version that
    -- wrote them did not say, and made RSA keys of 2048 bits only.
    add column imported boolean;
alter table auth.jwks alter column imported set default false;

alter table auth.resources
    drop constraint resources_access_token_signed_response_alg_check,
    add constraint resources_access_token_signed_response_alg_check
        check (access_token_signed_response_alg in ('RS256', 'PS256', 'ES256', 'ES384', 'EdDSA')) not valid;

-- Who is registered with an algorithm that is left out is asked at each start and with each change of a resource.
create index applications_by_id_token_alg on auth.oauth_applications ((metadata ->> 'id_token_signed_response_alg'));
create index applications_by_access_token_alg
    on auth.oauth_applications ((metadata ->> 'access_token_signed_response_alg'));
