
-- Whether a token is younger than every cut-off that concerns it: the person's, the organization's, the membership's.
-- A service's token without an organization has nothing that could be cut off.
-- It runs as its owner, so that nobody needs a right to the copy. But the claims are the caller's word: whoever may call
-- it can ask about anybody. So it is for the roles of people's requests alone, and never for PUBLIC.
create or replace function @schema@.token_is_current(claims jsonb) returns boolean
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, pg_temp
as $signet$
declare
    token_user text := nullif(claims ->> 'sub', '');
    token_organization text := case when jsonb_typeof(claims -> 'org_id') = 'string'
        then nullif(claims ->> 'org_id', '') end;
    mv text := case when jsonb_typeof(claims -> 'mv') = 'string' then claims ->> 'mv' end;
    counters integer[];
begin
    if token_user is null or jsonb_typeof(claims -> 'sub') <> 'string' then
        return false;
    end if;
    if claims -> 'client_id' = claims -> 'sub' and token_organization is null then
        return true;
    end if;
    if mv collate "C" ~ $re$^[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}$$re$ then
        counters := string_to_array(mv, '.')::integer[];
    end if;
    if counters is null or (token_organization is null and counters[3] <> 0) then
        return false;
    end if;
    @answer@
end
$signet$;
