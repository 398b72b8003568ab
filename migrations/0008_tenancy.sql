-- owner: tenancy: auth.organization_slugs, auth.organization_domains, auth.invitations
--
-- What an organization is beside its name, which domains it has proven, and who is asked to come.

alter table auth.organizations
    add column feature_flags jsonb not null default '{}' check (jsonb_typeof(feature_flags) = 'object'),
    add column branding jsonb not null default '{}' check (jsonb_typeof(branding) = 'object'),
    add constraint organizations_plan_check
        check (plan in ('free', 'starter', 'professional', 'agency', 'enterprise'));
-- Organizations are marked as deleted, never deleted: their counters and slugs outlive them.
revoke delete on auth.organizations from signet_app;

-- Who vouches for a pending membership: asked again when the person joins. No reference: it never blocks a deletion,
-- and a person who is gone must not look like an operator, whose column is null.
alter table auth.members add column invited_by text;

-- Every slug that was ever given, also by an organization that took another one: what applications and tokens call by
-- an old name is never somebody else.
create table auth.organization_slugs (
    slug text primary key,
    organization_id text not null,
    created_at timestamptz not null
);
insert into auth.organization_slugs (slug, organization_id, created_at)
select slug, id, created_at
from auth.organizations;
grant select, insert, update on auth.organization_slugs to signet_app;

-- Many may claim a domain; one owns it: whose proof stands in the domain's own DNS.
create table auth.organization_domains (
    organization_id text not null references auth.organizations on delete cascade,
    -- lower-case ASCII labels, as addresses of mail carry them
    domain text not null check (domain ~ '^[a-z0-9-]+(\.[a-z0-9-]+)+$' and length(domain) <= 235),
    -- published by the organization, so no secret; a new one voids a check under way
    proof_token text not null,
    verified_at timestamptz,
    -- null: nobody joins by their address
    auto_join_role text check (auto_join_role <> '' and auto_join_role not in ('owner', 'admin')),
    created_by text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (organization_id, domain)
);
create unique index organization_domains_owner on auth.organization_domains (domain) where verified_at is not null;
grant select, insert, update, delete on auth.organization_domains to signet_app;

create table auth.invitations (
    id text primary key,
    organization_id text not null references auth.organizations on delete cascade,
    -- as it was given: mail goes there
    email text not null,
    email_canonical text not null,
    role text not null check (role <> ''),
    token_digest bytea not null unique,
    status text not null default 'pending' check (status in ('pending', 'accepted', 'rejected', 'canceled')),
    -- null: an operator or a service
    invited_by text,
    expires_at timestamptz not null,
    accepted_by text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    check ((status = 'accepted') = (accepted_by is not null))
);
create unique index invitations_one_pending on auth.invitations (organization_id, email_canonical)
    where status = 'pending';
create index invitations_organization on auth.invitations (organization_id, id);
create index invitations_over on auth.invitations (expires_at);
grant select, insert, update, delete on auth.invitations to signet_app;
