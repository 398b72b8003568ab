-- owner: client: auth.oauth_applications
--
-- A client's metadata is one document in RFC 7591's names. What SQL asks for, and what the seeds' readers know, are
-- columns that follow from the document by themselves, so that a new field needs no column.

-- The texts of a JSON array, in their order.
create function auth.json_texts(value jsonb) returns text[] language sql immutable parallel safe
    return (select coalesce(array_agg(text order by position), '{}')
            from jsonb_array_elements_text(value) with ordinality as texts(text, position));
revoke execute on function auth.json_texts(jsonb) from public;
grant execute on function auth.json_texts(jsonb) to signet_app;

update auth.oauth_applications
set metadata = jsonb_strip_nulls(jsonb_build_object(
        'client_name', name,
        'type', type,
        'logo_uri', icon,
        'client_uri', client_uri,
        'policy_uri', policy_uri,
        'tos_uri', tos_uri,
        'first_party', first_party,
        'token_endpoint_auth_method', token_endpoint_auth_method,
        'redirect_uris', to_jsonb(redirect_urls),
        'post_logout_redirect_uris', to_jsonb(post_logout_redirect_uris),
        'grant_types', to_jsonb(grant_types),
        'scope', array_to_string(scopes, ' '),
        'require_pkce', require_pkce,
        'id_token_signed_response_alg', id_token_signed_response_alg,
        'access_token_signed_response_alg', access_token_signed_response_alg,
        'access_token_format', access_token_format)
    || jsonb_build_object(
        'access_token_lifetime', access_token_lifetime,
        'default_max_age', default_max_age,
        'default_resource', default_resource,
        'audience', audience,
        'lean_id_token', not scope_claims_in_id_token,
        'may_introspect', may_introspect));

-- The constraint on all of them goes with the first.
alter table auth.oauth_applications
    drop column name,
    drop column type,
    drop column icon,
    drop column client_uri,
    drop column policy_uri,
    drop column tos_uri,
    drop column first_party,
    drop column token_endpoint_auth_method,
    drop column redirect_urls,
    drop column post_logout_redirect_uris,
    drop column grant_types,
    drop column scopes,
    drop column require_pkce,
    drop column id_token_signed_response_alg,
    drop column access_token_signed_response_alg,
    drop column access_token_format,
    drop column access_token_lifetime,
    drop column default_max_age,
    drop column default_resource,
    drop column audience,
    drop column scope_claims_in_id_token,
    drop column may_introspect,
    alter column metadata drop default;

alter table auth.oauth_applications
    add column name text not null generated always as (metadata ->> 'client_name') stored,
    add column type text not null generated always as (metadata ->> 'type') stored,
    add column icon text generated always as (metadata ->> 'logo_uri') stored,
    -- set by an operator only; such a client skips consent where that is safe
    add column first_party boolean not null
        generated always as (coalesce((metadata ->> 'first_party')::boolean, false)) stored,
    add column redirect_urls text[] not null generated always as (auth.json_texts(metadata -> 'redirect_uris')) stored,
    add column grant_types text[] not null generated always as (auth.json_texts(metadata -> 'grant_types')) stored,
    add column default_resource text
        generated always as (metadata ->> 'default_resource') stored references auth.resources,
    -- the resource server's own client may introspect tokens of this audience
    add column audience text generated always as (metadata ->> 'audience') stored references auth.resources,
    add constraint oauth_applications_metadata_size check (length(metadata::text) <= 262144);

-- Replicas of the version before read these until they are replaced, and nobody else does: a later migration drops
-- them. What that version does not know is told in the stricter way.
alter table auth.oauth_applications
    add column client_uri text generated always as (metadata ->> 'client_uri') stored,
    add column policy_uri text generated always as (metadata ->> 'policy_uri') stored,
    add column tos_uri text generated always as (metadata ->> 'tos_uri') stored,
    add column token_endpoint_auth_method text not null
        generated always as (coalesce(metadata ->> 'token_endpoint_auth_method', 'client_secret_basic')) stored,
    add column post_logout_redirect_uris text[] not null
        generated always as (auth.json_texts(metadata -> 'post_logout_redirect_uris')) stored,
    add column scopes text[] not null
        generated always as (coalesce(string_to_array(metadata ->> 'scope', ' '), '{}')) stored,
    add column require_pkce boolean not null
        generated always as (coalesce((metadata ->> 'require_pkce')::boolean, true)) stored,
    add column id_token_signed_response_alg text not null
        generated always as (coalesce(metadata ->> 'id_token_signed_response_alg', 'RS256')) stored,
    add column access_token_signed_response_alg text
        generated always as (metadata ->> 'access_token_signed_response_alg') stored,
    add column access_token_format text not null
        generated always as (coalesce(metadata ->> 'access_token_format', 'jwt')) stored,
    add column access_token_lifetime integer
        generated always as ((metadata ->> 'access_token_lifetime')::integer) stored,
    add column default_max_age integer generated always as ((metadata ->> 'default_max_age')::integer) stored,
    add column scope_claims_in_id_token boolean not null
        generated always as (not coalesce((metadata ->> 'lean_id_token')::boolean, false)) stored,
    add column may_introspect boolean not null
        generated always as (coalesce((metadata ->> 'may_introspect')::boolean, false)) stored;
