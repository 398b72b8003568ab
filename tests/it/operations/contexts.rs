//! Tables under FORCE ROW LEVEL SECURITY show the rows of the person or organization of the transaction, else none.

use signet::base::id::{OrganizationId, UserId};
use signet::base::origin::Origin;
use signet::db::UnitOfWork;
use signet::db::unit_of_work::RowsOf;
use sqlx::{Connection as _, PgConnection};

use crate::app::TestApp;

const TABLE: &str = "
    create table public.secrets (user_id text, organization_id text, secret text);
    insert into public.secrets values ('ada', null, 'of ada'), ('eve', null, 'of eve'), (null, 'acme', 'of acme');
    alter table public.secrets enable row level security, force row level security;
    create policy own on public.secrets
        using (user_id = auth.current_user_id() or organization_id = auth.current_organization_id());
    grant select on public.secrets to signet_app;
    create function public.secrets_of(person text) returns setof text language plpgsql as $$
    begin
        perform auth.set_context(person, null);
        return query select secret from public.secrets;
    end
    $$;
    grant execute on function public.secrets_of(text) to signet_app;";

/// An application on a database that has such a table.
async fn with_secrets() -> TestApp {
    let app = TestApp::new().await;
    let mut owner = PgConnection::connect(&app.database.owner_url).await.unwrap();
    let mut admin = app.database.admin().await;
    sqlx::query("grant usage, create on schema public to signet_owner")
        .execute(&mut admin)
        .await
        .unwrap();
    sqlx::query("grant usage on schema public to signet_app")
        .execute(&mut admin)
        .await
        .unwrap();
    sqlx::raw_sql(TABLE).execute(&mut owner).await.unwrap();
    app
}

async fn secrets(mut work: UnitOfWork) -> Vec<String> {
    let seen = sqlx::query_scalar("select secret from public.secrets order by secret")
        .fetch_all(work.connection().unwrap())
        .await
        .unwrap();
    work.commit().await.unwrap();
    seen
}

#[tokio::test]
async fn a_transaction_shows_the_rows_of_whom_it_was_begun_for() {
    let app = with_secrets().await;
    let context = || app.app.context(Origin::internal("test"));
    let (ada, acme) = (UserId::from_text("ada"), OrganizationId::from_text("acme"));
    for (rows_of, expected) in [
        (RowsOf::Person(&ada), "of ada"),
        (RowsOf::Organization(&acme), "of acme"),
    ] {
        let work = app.app.begin_as(context(), rows_of).await.unwrap();
        assert_eq!(secrets(work).await, [expected]);
        // The same connection serves the next one, who is nobody.
        let work = app.app.begin(context()).await.unwrap();
        assert_eq!(secrets(work).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_function_of_its_callers_rights_says_whose_rows_and_reads_them_in_one_statement() {
    let app = with_secrets().await;
    let context = || app.app.context(Origin::internal("test"));
    let mut work = app.app.single(context()).await.unwrap();
    let seen: Vec<String> = sqlx::query_scalar("select public.secrets_of('eve')")
        .fetch_all(work.connection().unwrap())
        .await
        .unwrap();
    work.commit().await.unwrap();
    assert_eq!(seen, ["of eve"]);
    assert_eq!(
        secrets(app.app.single(context()).await.unwrap()).await,
        Vec::<String>::new()
    );
}
