//! Many sealed rows, and the proof that each of them opens.

use std::sync::Arc;

use signet::base::entropy::SystemEntropy;
use signet::sealing::{Context, Keyring, open, seal};
use sqlx::PgConnection;

use super::desk::{FIRST, SECOND};
use crate::app::TestApp;

/// A purpose that no version knows, so that no server loads the rows.
const PURPOSE: &str = "ballast";
const SECRET: &[u8; 32] = b"a secret of thirty-two bytes ...";

/// Both keys, the first of which seals.
pub fn keyring() -> Arc<Keyring> {
    Arc::new(Keyring::from_text(&format!("{FIRST}\n{SECOND}\n")).expect("keys"))
}

fn place(row: &str) -> Context<'_> {
    Context {
        table: "auth.server_secrets",
        column: "sealed",
        row,
        owner: "server",
    }
}

/// Fills `auth.server_secrets` with this many rows that the first key seals.
pub async fn fill(app: &TestApp, rows: i32) {
    let keyring = keyring();
    let mut admin = app.database.admin().await;
    let numbers: Vec<i32> = (1..=rows).collect();
    for numbers in numbers.chunks(10_000) {
        let sealed: Vec<Vec<u8>> = numbers
            .iter()
            .map(|number| {
                let row = format!("{PURPOSE}.{number}");
                seal(&keyring, &place(&row), SECRET, &SystemEntropy)
                    .expect("sealed")
                    .bytes
            })
            .collect();
        sqlx::query(
            "insert into auth.server_secrets (purpose, number, sealed, kek_id, created_at)
             select $1, number, sealed, 'test-1', now() from unnest($2::integer[], $3::bytea[]) as new (number, sealed)",
        )
        .bind(PURPOSE)
        .bind(numbers)
        .bind(sealed)
        .execute(&mut admin)
        .await
        .expect("inserted");
    }
    sqlx::query("analyze auth.server_secrets")
        .execute(&mut admin)
        .await
        .expect("analysed");
}

/// How many rows the second key seals by now, once every row was opened by the key that it names.
pub async fn every_row_opens(admin: &mut PgConnection, rows: i64) -> usize {
    let keyring = keyring();
    let stored: Vec<(i32, Vec<u8>, String)> =
        sqlx::query_as("select number, sealed, kek_id from auth.server_secrets where purpose = $1")
            .bind(PURPOSE)
            .fetch_all(admin)
            .await
            .expect("read");
    assert_eq!(i64::try_from(stored.len()), Ok(rows));
    for (number, sealed, kek_id) in &stored {
        let row = format!("{PURPOSE}.{number}");
        let opened = open(&keyring, &place(&row), kek_id, sealed);
        let opened = opened.unwrap_or_else(|error| panic!("{row}: {error}"));
        assert_eq!(opened.as_slice(), SECRET, "{row}");
    }
    stored.iter().filter(|(_, _, kek_id)| kek_id == "test-2").count()
}

/// How many rows the second key seals by now.
pub async fn sealed_anew(admin: &mut PgConnection) -> i64 {
    sqlx::query_scalar("select count(*) from auth.server_secrets where kek_id = 'test-2'")
        .fetch_one(admin)
        .await
        .expect("counted")
}
