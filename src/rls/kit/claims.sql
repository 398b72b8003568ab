
-- What is not JSON must be no error, and no error may be caught here: a block with an exception handler fails in a
-- query with a parallel plan before PostgreSQL 17, and PostgreSQL 15 has no pg_input_is_valid. So a text is parsed only after
-- it was recognized. This is the slow way, for whatever claims() does not recognize at once.
create or replace function @schema@.parse_claims(setting text) returns jsonb
    language plpgsql stable parallel safe
    set search_path = pg_catalog, pg_temp
as $signet$
declare
    shape text;
    smaller text;
begin
    if setting is null or octet_length(setting) > 16000 then
        return null;
    end if;
    -- Strings become \1, other scalars \2, so neither may stand there before.
    if setting collate "C" ~ $re$[\u0001-\u0008\u000b\u000c\u000e-\u001f]$re$
        or (getdatabaseencoding() <> 'UTF8' and setting collate "C" ~ $re$\\u$re$)
    then
        return null;
    end if;
    shape := regexp_replace(setting collate "C",
        $re$"(?:[^"\\\u0001-\u001f]|\\["\\/bfnrt]|\\u(?:0(?:0(?:0[1-9a-fA-F]|[1-9a-fA-F][0-9a-fA-F])|[1-9a-fA-F][0-9a-fA-F]{2})|(?:[1-9abcefABCEF][0-9a-fA-F]|[dD][0-7])[0-9a-fA-F]{2})|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})*"$re$,
        chr(1), 'g');
    shape := regexp_replace(shape,
        $re$-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,2})?|true|false|null$re$, chr(2), 'g');
    shape := translate(shape, E' \t\n\r', '');
    -- From the inside out, as deep as a claim is ever nested.
    for depth in 1 .. 32 loop
        smaller := regexp_replace(shape,
            $re$\[(?:[\u0001\u0002](?:,[\u0001\u0002])*)?\]|\{(?:\u0001:[\u0001\u0002](?:,\u0001:[\u0001\u0002])*)?\}$re$, chr(2), 'g');
        exit when smaller = shape;
        shape := smaller;
    end loop;
    if shape <> chr(2) or left(translate(setting, E' \t\n\r', ''), 1) <> '{' then
        return null;
    end if;
    return setting::jsonb;
end
$signet$;

-- The claims of the token that this transaction speaks for; null if there is none, if it is no JSON object, or if it is
-- no longer current. Whoever sets them has checked the token: `exp` is not looked at again, so that a long transaction
-- keeps what it began with. Everything else asks here.
-- Every statement with a policy runs it, and a search path of its own would be half of what it costs: so every name
-- says its schema.
create or replace function @schema@.claims() returns jsonb
    language plpgsql stable parallel safe
as $signet$
declare
    setting pg_catalog.text := pg_catalog.current_setting('request.jwt.claims', true);
    claims pg_catalog.jsonb;
begin
    if setting is null or setting operator(pg_catalog.=) '' then
        return null;
    end if;
    if pg_catalog.octet_length(setting) operator(pg_catalog.<=) 16000
        and setting collate pg_catalog."C" operator(pg_catalog.~)
        $re$^\{(?:"[^"\\\u0001-\u001f]*": ?@value@(?:, ?"[^"\\\u0001-\u001f]*": ?@value@)*)?\}$$re$
    then
        claims := setting::pg_catalog.jsonb;
    else
        claims := @schema@.parse_claims(setting);
    end if;
    return @verdict@;
end
$signet$;

-- Whether this transaction speaks for a token that counts.
create or replace function @schema@.is_current() returns boolean
    language sql stable parallel safe
    return @schema@.claims() is not null;
