
-- For servers without PostgREST: the claims of a token that they have checked, until the transaction ends. Whatever is
-- no JSON object is no token.
create or replace function @schema@.set_claims(claims text) returns void
    language plpgsql volatile parallel unsafe
    set search_path = pg_catalog, pg_temp
as $signet$
begin
    perform set_config('request.jwt.claims',
        case when @schema@.parse_claims(claims) is null then '' else claims end, true);
end
$signet$;

create or replace function @schema@.set_claims(claims jsonb) returns void
    language plpgsql volatile parallel unsafe
    set search_path = pg_catalog, pg_temp
as $signet$
begin
    perform @schema@.set_claims(claims::text);
end
$signet$;

create or replace function @schema@.clear_claims() returns void
    language plpgsql volatile parallel unsafe
    set search_path = pg_catalog, pg_temp
as $signet$
begin
    perform set_config('request.jwt.claims', '', true);
end
$signet$;
