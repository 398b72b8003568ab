-- owner: authorization: auth.authorization_requests
--
-- An answered request stays for a while, so that a double click, a reload or the way back in the browser is led on
-- instead of being told that there is nothing. It ends (`expires_at`) when it is answered: whatever looks for a
-- waiting request does not see it.

alter table auth.authorization_requests
    -- the answer, sealed under the browser's flow cookie, whose digest alone stands here; null while nobody answered
    add column answer bytea,
    -- the code that was issued, if one was: once it is redeemed, nobody is sent to the client with it again
    add column code_digest bytea check (length(code_digest) = 32),
    add check (code_digest is null or answer is not null);
