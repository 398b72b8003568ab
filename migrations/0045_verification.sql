-- owner: authentication: auth.verification
--
-- Proofs that somebody reads a mailbox: a link, and for a sign-up a code beside it. There is one row for each kind and
-- whom it is about, so that a newer proof ends the older one, and no number of requests lets the table grow.

create table auth.verification (
    id text primary key,
    kind text not null check (kind in ('sign_up', 'password_reset', 'email_change')),
    -- whom it is about: the id of a person, or the canonical address where there is none
    subject text not null,
    user_id text references auth.users on delete cascade,
    -- where the mail goes, and its canonical form
    address text not null,
    address_canonical text not null,
    -- of the link's handle; a code that was right puts another one in its place
    token_digest bytea not null unique check (length(token_digest) = 32),
    code_digest bytea check (length(code_digest) = 32),
    wrong_codes smallint not null default 0,
    -- of the flow cookie of the browser that asked: a code is worth nothing elsewhere
    browser_digest bytea check (length(browser_digest) = 32),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    constraint verification_subject_key unique (kind, subject)
);
create index verification_user on auth.verification (user_id) where user_id is not null;
create index verification_expiry on auth.verification (expires_at);
-- How many signed up today.
create index verification_signed_up on auth.verification (used_at) where kind = 'sign_up' and used_at is not null;
grant select, insert, update, delete on auth.verification to signet_app;
