//! The list of rooms with sealed columns is complete: whoever adds a column registers how it is sealed anew.

use signet::kek::ROOMS;

use crate::support::database::TestDatabase;

const SEALED: &str = "
    select distinct format('%s.%s', columns.table_schema, columns.table_name)
    from information_schema.columns
    join information_schema.columns as sealed using (table_schema, table_name)
    where columns.column_name = 'kek_id'
        and sealed.data_type = 'bytea'
    order by 1";
const FENCED: &str = "
    select distinct format('%s.%s', nspname, relname)
    from pg_trigger
    join pg_class on pg_class.oid = tgrelid
    join pg_namespace on pg_namespace.oid = relnamespace
    where tgfoid = 'auth.refuse_removed_kek'::regproc
    order by 1";

/// VA-04: a table that no re-key reaches would keep the old key for ever; one without the trigger takes rows of a removed
/// one.
#[tokio::test]
async fn va_04_every_sealed_column_has_a_room_that_seals_it_anew() {
    let database = TestDatabase::new().await;
    let mut admin = database.admin().await;
    let mut tables: Vec<&str> = ROOMS.iter().map(|room| room.table).collect();
    tables.sort_unstable();
    for query in [SEALED, FENCED] {
        let found: Vec<String> = sqlx::query_scalar(query)
            .fetch_all(&mut admin)
            .await
            .expect("the catalogue answers");
        assert_eq!(
            found, tables,
            "kek::ROOMS, and the trigger auth.refuse_removed_kek of the migration"
        );
    }
}
