-- Tables as the kit's templates write them: forced, per command, to a named role, each claim read once, indexed.
create table stores (
    org_id text not null,
    store_id text not null,
    name text not null,
    primary key (org_id, store_id)
);
create table sales (
    org_id uuid not null,
    sale_id uuid not null default gen_random_uuid(),
    amount numeric not null check (amount > 0),
    state text not null default 'open' check (state in ('open', 'paid')),
    sold_at timestamptz not null,
    primary key (org_id, sale_id, sold_at)
) partition by range (sold_at);
create table sales_2026 partition of sales for values from ('2026-01-01') to ('2027-01-01');
create table notes (
    org_id text not null,
    note_id bigint generated always as identity,
    user_id text not null,
    body text,
    primary key (org_id, note_id)
);
grant select, insert, update, delete on stores, sales, notes to :person;
do $$
declare
    wanted record;
begin
    for wanted in
        select * from (values
            ('stores', 'org_id = (select auth.org_id())', '(select auth.has_org_role(''member''))'),
            ('sales', 'org_id = (select auth.org_id_uuid())', '(select auth.has_org_role(''member''))'),
            ('notes', 'org_id = (select auth.org_id())', 'user_id = (select auth.uid())')) w(name, mine, writer)
    loop
        execute format('alter table %I enable row level security', wanted.name);
        execute format('alter table %I force row level security', wanted.name);
        execute format('create policy r on %I for select to :person using (%s)', wanted.name, wanted.mine);
        execute format('create policy i on %I for insert to :person with check (%s and %s)', wanted.name, wanted.mine, wanted.writer);
        execute format('create policy u on %I for update to :person using (%s and %s) with check (%2$s and %3$s)', wanted.name, wanted.mine, wanted.writer);
        execute format('create policy d on %I for delete to :person using (%s and %s)', wanted.name, wanted.mine, wanted.writer);
    end loop;
end $$;
