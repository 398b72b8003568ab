-- owner: replica: auth.replicas (a column)
-- owner: kek: auth.kek_uses
--
-- What a replica holds rotations to, so that none is quicker than another one would be, and how often each
-- key-encryption key has sealed.

set local lock_timeout = '2s';

-- Null: an older version, which did not say.
alter table auth.replicas add column key_policy jsonb;

-- One row at most for each key-encryption key that there ever was. A key and random nonces are good for 2^32 seals
-- (NIST SP 800-38D, 8.3).
create table auth.kek_uses (
    kek_id text primary key check (length(kek_id) between 1 and 64),
    seals bigint not null check (seals >= 0)
);
grant select, insert, update on auth.kek_uses to signet_app;
