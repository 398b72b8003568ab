//! Where it is not certain what a name means, or what a function makes of it, that is told of and not passed over.

use super::verify_database::{CLEAN, KIT, Verified, assert_found, exclusively, found, has, read_by};

/// Who takes a field of a row, or names a table as a value or a type, does not read it.
#[tokio::test]
async fn a_field_of_a_row_is_no_look_up() {
    let functions =
        "create table members (org_id text not null, user_id text not null, primary key (org_id, user_id));
        alter table members enable row level security;
        alter table members force row level security;
        create policy me on members for select to :person using (user_id = (select auth.uid()));
        create function one() returns members language sql stable as $$ select null::members $$;
        create function is_open(m members) returns boolean language sql stable
            begin atomic select m.user_id = 'open'; end";
    let conditions = [
        "is_open(row(org_id, buyer)::members)",
        "(one()).org_id = buyer",
        "'members'::regclass is not null",
        "(row(org_id, buyer)::members).org_id = buyer",
        "org_id = (select auth.org_id()) or is_open(row(org_id, buyer)::members)",
        "org_id = (select auth.org_id()) or (row(org_id, buyer)::members).org_id = buyer",
        "exists (select from members m where m.user_id = buyer) or (row(org_id, buyer)::members).org_id = buyer",
    ];
    let found = read_by(functions, &conditions).await;
    for (number, condition) in (1..).zip(conditions) {
        let code = if number <= 4 {
            "policy-without-context"
        } else {
            "rows-public"
        };
        assert!(has(&found, code, number), "{condition}: {found:?}");
    }
}

/// The same asks no policy again, and tells of no rows.
#[tokio::test]
async fn a_field_of_a_row_is_no_circle_and_no_leak() {
    let database = Verified::new(&[
        KIT,
        CLEAN,
        "create function is_named(one stores, wanted text) returns boolean language sql stable security definer
            set search_path = pg_catalog, pg_temp begin atomic select one.name = wanted; end;
         create function is_there(one stores, wanted text) returns boolean language sql stable security definer
            set search_path = pg_catalog, pg_temp
            begin atomic select exists (select from public.stores s where s.name = wanted); end;
         create policy named on stores as restrictive for select to :person
            using (is_named(stores, name) and (row('a', 'b', 'c')::stores).name = 'c'
                and 'public.stores'::regclass is not null)",
    ])
    .await;
    let report = found(&database.verify(|_| {}).await);
    let none = ["policy-recursion", "policy-overflow", "definer-reads"];
    assert!(
        !report
            .iter()
            .any(|one| none.iter().any(|code| one.starts_with(code))),
        "{report:?}"
    );
    for (condition, code) in [
        (
            "exists (select from stores s where s.org_id = 'a')",
            "policy-recursion",
        ),
        ("is_there(stores, name)", "policy-overflow"),
    ] {
        database
            .run(&format!("drop policy named on stores; create policy named on stores for select to :person using ({condition})"))
            .await;
        assert_found(
            &database.verify(|_| {}).await,
            &[&format!("{code} public.stores")],
        );
    }
    database
        .run("drop policy named on stores; alter table stores no force row level security")
        .await;
    let report = found(&database.verify(|_| {}).await);
    let reads: Vec<&String> = report
        .iter()
        .filter(|one| one.starts_with("definer-reads"))
        .collect();
    assert_eq!(
        reads,
        ["definer-reads public.is_there(one public.stores, wanted text)"]
    );
}

/// A rule for new rows that looks rows of others up, and not at the row's own tenant.
#[tokio::test]
async fn a_look_up_does_not_ask_for_the_tenant() {
    let database = Verified::new(&[
        KIT,
        "create table teams (org_id text not null, id text not null, primary key (org_id, id));
         create table orders (org_id text not null, id text not null, team text, primary key (org_id, id));
         create table bills (org_id text not null, id text not null, team text, primary key (org_id, id));
         create table notes (org_id text not null, id text not null, team text, primary key (org_id, id));
         create function is_ours(team text) returns boolean language sql stable
            begin atomic select exists (select from teams t where t.id = team); end;
         alter table teams enable row level security;
         alter table orders enable row level security;
         alter table bills enable row level security;
         alter table notes enable row level security;
         grant select on teams to :person;
         grant insert on orders, bills, notes to :person;
         create policy r on teams for select to :person using (org_id = (select auth.org_id()));
         create policy i on orders for insert to :person
            with check (exists (select from teams t where t.id = team));
         create policy i on bills for insert to :person
            with check (exists (select from teams t where t.id = team and t.org_id = bills.org_id));
         create policy i on notes for insert to :person with check (is_ours(team))",
    ])
    .await;
    let found = found(&database.verify(exclusively).await);
    let told: Vec<&String> = found.iter().filter(|one| one.starts_with("policy-")).collect();
    assert_eq!(
        told,
        [
            "policy-ignores-tenant public.orders",
            "policy-without-context public.notes"
        ]
    );
}

/// What a function with a string for a body names is a guess: it silences nothing.
#[tokio::test]
async fn a_guess_silences_nothing() {
    let functions = "create table members (org_id text not null, user_id text not null, primary key (org_id, user_id));
        alter table members enable row level security;
        alter table members force row level security;
        create policy me on members for select to :person using (user_id = (select auth.uid()));
        create function guessed(said text) returns boolean language plpgsql stable
            as $$ declare members text := 'x'; begin return said = members; end $$;
        create function parsed(said text) returns boolean language sql stable begin atomic select guessed(said); end";
    let found = read_by(
        functions,
        &[
            "parsed(buyer)",
            "org_id = (select auth.org_id()) or parsed(buyer)",
        ],
    )
    .await;
    assert!(has(&found, "policy-without-context", 1), "{found:?}");
    assert!(has(&found, "rows-public", 2), "{found:?}");
}

/// PostgreSQL lets blanks and comments stand around the dot of a name.
#[tokio::test]
async fn a_name_goes_on_behind_a_dot() {
    let database = Verified::new(&[
        KIT,
        CLEAN,
        "create function blank(what stores) returns bigint language sql stable security definer
            set search_path = pg_catalog, pg_temp as $$ select count(*) from public. stores $$;
         create function comment(what stores) returns bigint language sql stable security definer
            set search_path = pg_catalog, pg_temp as $$ select count(*) from public /* . */ . -- here
                \"stores\" $$;
         create policy asks on stores as restrictive for select to :person using (blank(stores) > 0)",
    ])
    .await;
    assert_found(&database.verify(|_| {}).await, &["policy-overflow public.stores"]);
    database
        .run("drop policy asks on stores; alter table stores no force row level security")
        .await;
    assert_found(
        &database.verify(|_| {}).await,
        &[
            "definer-reads public.blank(what public.stores)",
            "definer-reads public.comment(what public.stores)",
        ],
    );
}

/// Two functions of one name, one of which asks: the text does not say which of them is called where, so both is told.
#[tokio::test]
async fn one_of_several_functions_of_a_name_is_each_of_them() {
    let functions = "create function mine() returns text language sql stable as $$ select auth.org_id() $$;
        create function mine(said text) returns text language sql stable as $$ select said $$;
        create function by_name(said text) returns text language sql stable as $$ select public.mine(said) $$";
    let conditions = [
        "org_id = mine(buyer) and mine() is not null",
        "org_id = mine(org_id) and (mine() is null or mine() = org_id)",
        "org_id = mine(org_id) and mine()::uuid is not null",
        "org_id = mine(org_id) and org_id = (select mine()) or title = mine()",
        "org_id = by_name(buyer)",
        "org_id = (select mine())",
    ];
    let found = read_by(functions, &conditions).await;
    for (number, condition) in (1..).zip(conditions) {
        let blind = has(&found, "policy-without-context", number);
        assert_eq!(blind, number < 6, "{condition}: {found:?}");
    }
    assert!(has(&found, "policy-fails-open", 2), "{found:?}");
    assert!(has(&found, "policy-unsafe-cast", 3), "{found:?}");
    assert!(has(&found, "policy-per-row", 4), "{found:?}");
    assert!(has(&found, "policy-beside-tenant", 4), "{found:?}");
}

/// A name and its schema that are put together stand in different places.
#[tokio::test]
async fn a_name_that_is_put_together_is_found() {
    let database = Verified::new(&[
        KIT,
        CLEAN,
        "alter table stores no force row level security;
         create function formatted(what text) returns bigint language plpgsql security definer
            set search_path = pg_catalog, pg_temp as $$ declare n bigint; begin
                execute format('select count(*) from %I.stores', what) into n; return n; end $$;
         create function joined(what text) returns bigint language plpgsql security definer
            set search_path = pg_catalog, pg_temp as $$ declare n bigint; begin
                execute 'select count(*) from ' || quote_ident(what) || '.stores' into n; return n; end $$;
         create function elsewhere() returns bigint language plpgsql security definer
            set search_path = pg_catalog, pg_temp as $$ declare n bigint; begin
                execute 'select count(*) from other.stores' into n; return n; end $$",
    ])
    .await;
    let found = found(&database.verify(|_| {}).await);
    let reads: Vec<&String> = found
        .iter()
        .filter(|one| one.starts_with("definer-reads"))
        .collect();
    assert_eq!(
        reads,
        [
            "definer-reads public.formatted(what text)",
            "definer-reads public.joined(what text)"
        ]
    );
}

/// The kit's functions are known where an extension brought them, also to functions and views.
#[tokio::test]
async fn what_an_extension_brought_is_known() {
    let database = Verified::new(&[
        KIT,
        "create function auth.email() returns text language sql stable as $$ select auth.uid() $$;
         create function auth.jwt() returns text language sql stable as $$ select auth.org_id() $$;
         create function me() returns text language sql stable as $$ select auth.email() $$;
         create view asking as select auth.jwt() as org_id;
         grant select on asking to :person;
         create table orders (org_id text not null, id text not null, buyer text, primary key (org_id, id));
         create table bills (org_id text not null, id text not null, buyer text, primary key (org_id, id));
         alter table orders enable row level security;
         alter table bills enable row level security;
         grant select on orders, bills to :person;
         create policy r on orders for select to :person using (me() is null or buyer = me());
         create policy r on bills for select to :person using (org_id in (select a.org_id from asking a))",
    ])
    .await;
    database
        .run_as_admin(
            "alter extension plpgsql add function auth.email(); alter extension plpgsql add function auth.jwt()",
        )
        .await;
    let report = database.verify(exclusively).await;
    assert_found(&report, &["policy-fails-open public.orders"]);
    let found = found(&report);
    assert!(
        !found.iter().any(|one| one.starts_with("policy-without-context")),
        "{found:?}"
    );
}

/// A type of one's own refuses some text unless it is known to take each.
#[tokio::test]
async fn a_type_that_is_not_known_refuses_some_text() {
    let types = "create domain key as uuid;
        create domain name_of as text;
        create domain long_name as name_of;
        create domain checked as long_name check (value <> '');
        create domain required as text not null;
        create type pair as (a text, b text)";
    let conditions = [
        "org_id = ((select auth.org_id())::key)::text",
        "org_id = ((select auth.org_id())::checked)::text",
        "org_id = ((select auth.org_id())::required)::text",
        "org_id = (((select auth.org_id())::pair).a)::text",
        "org_id = ((select auth.org_id())::inet)::text",
        "org_id = ((select auth.org_id())::name_of)::text",
        "org_id = ((select auth.org_id())::long_name)::text",
        "org_id = ((select auth.org_id())::character varying(40))::text",
    ];
    let found = read_by(types, &conditions).await;
    for (number, condition) in (1..).zip(conditions) {
        let told = has(&found, "policy-unsafe-cast", number);
        assert_eq!(told, number <= 5, "{condition}: {found:?}");
    }
    let functions = "create domain key as uuid;
        create domain name_of as text;
        create domain uuid as text;
        create function strict_one() returns text language sql stable as $$ select auth.org_id()::key::text $$;
        create function taken_one() returns text language sql stable as $$ select auth.org_id()::uuid::text $$;
        create function lax_one() returns text language sql stable as $$ select auth.org_id()::name_of::text $$";
    let found = read_by(
        functions,
        &[
            "org_id = (select strict_one())",
            "org_id = (select taken_one())",
            "org_id = (select lax_one())",
        ],
    )
    .await;
    let told: Vec<&String> = found
        .iter()
        .filter(|one| one.starts_with("function-unsafe-cast"))
        .collect();
    assert_eq!(
        told,
        [
            "function-unsafe-cast public.strict_one()",
            "function-unsafe-cast public.taken_one()"
        ]
    );
}

/// A schema with a comma in its name is one schema of a search path.
#[tokio::test]
async fn a_comma_in_a_schemas_name_parts_no_search_path() {
    let database = Verified::new(&[
        KIT,
        "create schema \"a,b\";
         grant usage, create on schema \"a,b\" to :person;
         create table \"a,b\".orders (org_id text not null, id text not null, primary key (org_id, id));
         alter table \"a,b\".orders enable row level security;
         grant select on \"a,b\".orders to :person;
         create policy r on \"a,b\".orders for select to :person using (org_id = (select auth.org_id()));
         create function seen(what \"a,b\".orders) returns bigint language sql stable security definer
            set search_path = \"a,b\", pg_temp as $$ select count(*) from orders $$",
    ])
    .await;
    let name = "public.seen(what \"a,b\".orders)";
    assert_found(
        &database.verify(|_| {}).await,
        &[
            &format!("definer-reads {name}"),
            &format!("definer-search-path {name}"),
        ],
    );
}

/// A list without tenants is everybody's where its policy looks nothing up; else it is asked.
#[tokio::test]
async fn a_list_is_everybodys_where_nothing_is_looked_up() {
    let list = |name: &str, condition: &str| {
        format!(
            "create table {name} (code text primary key);
             alter table {name} enable row level security;
             alter table {name} force row level security;
             grant select on {name} to :person;
             create policy r on {name} for select to :person using ({condition});"
        )
    };
    let database = Verified::new(&[
        KIT,
        CLEAN,
        "create table words (word text primary key); grant select on words to :person;
         create function all_words() returns setof text language sql stable as $$ select '' $$",
        &list("years", "extract(year from now()) > 2000"),
        &list("distinct_ones", "code is distinct from 'x'"),
        &list(
            "of_roles",
            "code not in (select r.rolname from pg_catalog.pg_roles r)",
        ),
        &list(
            "looked_up",
            "not exists (select from words w where w.word = code)",
        ),
        &list("called", "code not in (select w from all_words() w)"),
    ])
    .await;
    let report = found(&database.verify(exclusively).await);
    let told: Vec<&String> = report
        .iter()
        .filter(|one| one.starts_with("rows-without-context"))
        .collect();
    assert_eq!(
        told,
        [
            "rows-without-context public.called",
            "rows-without-context public.looked_up",
            "rows-without-context public.of_roles"
        ]
    );
}

/// A branch beside the tenant is told of, also where the tenant's column is another table's, or is what nobody asks by.
#[tokio::test]
async fn a_branch_beside_another_tables_tenant_is_told_of() {
    let teams = "create table teams (org_id text not null, id text not null, primary key (org_id, id))";
    let conditions = [
        "exists (select from teams t where t.org_id = (select auth.org_id())) or buyer = (select auth.uid())",
        "org_id = (select auth.org_id()) or (select auth.uid()) is null",
    ];
    let found = read_by(teams, &conditions).await;
    for number in [1, 2] {
        assert!(has(&found, "policy-beside-tenant", number), "{found:?}");
    }
}

/// A function's own search path says where its names are found as long as nothing in it, or called by it, changes that.
#[tokio::test]
async fn a_search_path_that_is_changed_on_the_way_says_nothing() {
    let counting = |name: &str, before: &str| {
        format!(
            "create function {name}(what stores) returns bigint language plpgsql stable security definer
                set search_path = pg_catalog, pg_temp
                as $$ begin {before}; return (select count(*) from stores); end $$;"
        )
    };
    let functions = [
        counting("by_schema", "set local schema 'public'"),
        counting("by_reset", "reset all"),
        counting("by_helper", "perform public.helps()"),
    ];
    let database = Verified::new(&[
        KIT,
        CLEAN,
        "create function moves() returns void language sql as $$ select set_config('search_path', 'public', true) $$;
         create function helps() returns void language sql as $$ select moves() $$;
         alter table stores no force row level security",
        &functions.concat(),
    ])
    .await;
    let found = found(&database.verify(|_| {}).await);
    for name in ["by_schema", "by_reset", "by_helper"] {
        let told = format!("definer-reads public.{name}(what public.stores)");
        assert!(found.contains(&told), "{told}: {found:?}");
    }
}

/// A rule that writes through a view reads nothing for whoever looks into it.
#[tokio::test]
async fn a_rule_that_writes_through_a_view_is_no_look_up() {
    let functions =
        "create table members (org_id text not null, user_id text not null, primary key (org_id, user_id));
        alter table members enable row level security;
        alter table members force row level security;
        grant select, insert on members to :person;
        create policy me on members for select to :person using (user_id = (select auth.uid()));
        create view everybody with (security_invoker = true) as select 'a'::text as buyer;
        create rule kept as on insert to everybody do instead insert into members values ('a', new.buyer);
        grant select on everybody to :person";
    let condition = "exists (select from everybody e where e.buyer = buyer)";
    let found = read_by(functions, &[condition]).await;
    assert!(has(&found, "policy-without-context", 1), "{found:?}");
}
