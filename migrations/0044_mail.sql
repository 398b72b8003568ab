-- owner: mail: auth.mail_counts, auth.mail_bounces
--
-- How many mails an address gets, and which addresses take none. The address itself does not stand here: it may be a
-- stranger's, whom somebody has invited.

-- How many mails of a kind were asked for an address since a moment; an empty kind counts those of a day that anybody
-- can cause. What is older than its time begins anew.
create table auth.mail_counts (
    -- SHA-256 of the canonical address
    address bytea not null check (length(address) = 32),
    message text not null check (message ~ '^[a-z_]{0,32}$'),
    began_at timestamptz not null,
    sent integer not null check (sent > 0),
    primary key (address, message)
);
create index mail_counts_age on auth.mail_counts (began_at);
grant select, insert, update, delete on auth.mail_counts to signet_app;

-- Addresses that a server has refused for good.
create table auth.mail_bounces (
    address bytea primary key check (length(address) = 32),
    -- what was said of it
    reason text not null check (length(reason) <= 1000),
    bounced_at timestamptz not null,
    times integer not null check (times > 0)
);
create index mail_bounces_age on auth.mail_bounces (bounced_at);
grant select, insert, update, delete on auth.mail_bounces to signet_app;
