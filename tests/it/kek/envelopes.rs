//! Rows in the database that somebody altered, moved or exchanged do not open (attacks VA-01, VA-02); envelopes of both
//! forms side by side do.

use super::desk::{FIRST, SECOND, an_app, changed_to, say};
use crate::attack::evidence::count;
use crate::attack::holdings::sql;

/// Version, nonce, ciphertext, tag.
const FLIPS: [&str; 4] = [
    "update auth.server_secrets set sealed = set_byte(sealed, 0, get_byte(sealed, 0) # 1) where purpose = 'csrf'",
    "update auth.server_secrets set sealed = set_byte(sealed, 1, get_byte(sealed, 1) # 1) where purpose = 'csrf'",
    "update auth.server_secrets set sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1) where purpose = 'csrf'",
    "update auth.server_secrets set sealed = set_byte(sealed, 60, get_byte(sealed, 60) # 1) where purpose = 'csrf'",
];

/// What a server that reads everything anew cannot open, by row.
async fn unopened(app: &crate::app::TestApp) -> Vec<String> {
    app.refresh_caches().await;
    let keys = app.app.token_issuer().keys.current();
    let mut rows: Vec<String> = keys
        .unopened()
        .iter()
        .map(|unopened| unopened.row.clone())
        .collect();
    rows.sort_unstable();
    rows
}

/// A bit of an envelope is another: the row does not open, and nothing of it is told.
#[tokio::test]
async fn va_01_an_altered_row_does_not_open() {
    let app = an_app(&[FIRST]).await;
    for flip in FLIPS {
        sql(&app, flip).await;
        assert_eq!(unopened(&app).await, ["csrf.1"], "{flip}");
        sql(&app, flip).await;
        assert_eq!(unopened(&app).await, [""; 0], "{flip}");
    }
}

/// Envelopes that change places do not open, and a re-key does not make good what was moved.
#[tokio::test]
async fn va_02_exchanged_rows_do_not_open() {
    let app = an_app(&[FIRST, SECOND]).await;
    sql(
        &app,
        "update auth.server_secrets as here set sealed = there.sealed
         from auth.server_secrets as there
         where (here.purpose, there.purpose) in (('csrf', 'device'), ('device', 'csrf'))",
    )
    .await;
    assert_eq!(unopened(&app).await, ["csrf.1", "device.1"]);
    super::desk::follow(&app).await;
    say(&app, "add test-2").await;
    super::desk::follow(&app).await;
    say(&app, "activate test-2").await;
    let report = say(&app, "rekey").await;
    assert_eq!(report["remaining"], 2, "{report}");
    let left = "select count(*) from auth.server_secrets where kek_id = 'test-1'";
    assert_eq!(count(&app, left).await, 2);
}

/// An envelope of before the change under the new key's name does not open, nor the other way round.
#[tokio::test]
async fn va_02_an_older_envelope_does_not_open_under_the_new_key() {
    let app = an_app(&[FIRST, SECOND]).await;
    sql(
        &app,
        "create table auth.kept as select * from auth.server_secrets",
    )
    .await;
    changed_to(&app, "test-2").await;
    sql(
        &app,
        "update auth.server_secrets as here set sealed = kept.sealed from auth.kept
         where here.purpose = kept.purpose and here.purpose = 'csrf'",
    )
    .await;
    assert_eq!(unopened(&app).await, ["csrf.1"]);
    sql(
        &app,
        "update auth.server_secrets as here set kek_id = 'test-1' where here.purpose = 'device'",
    )
    .await;
    assert_eq!(unopened(&app).await, ["csrf.1", "device.1"]);
}
