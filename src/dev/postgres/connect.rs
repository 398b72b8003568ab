//! How to reach the server: its connection URL, and whether anybody answers there.
//!
//! It knows nothing of what runs behind the socket, and sends no statement.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};

/// Whether the server at this socket takes a connection.
pub(super) async fn answers(sockets: &Path, port: u16) -> bool {
    let Ok(options) = url(sockets, port, "postgres", "postgres").parse::<PgConnectOptions>() else {
        return false;
    };
    let attempt = async {
        match PgConnection::connect_with(&options).await {
            Ok(connection) => connection.close().await.is_ok(),
            Err(_) => false,
        }
    };
    tokio::time::timeout(Duration::from_secs(5), attempt)
        .await
        .unwrap_or(false)
}

/// The connection URL. It leaves nothing to the environment of whoever reads it: not the port, and no TLS,
/// which a local socket does not speak.
pub(super) fn url(sockets: &Path, port: u16, role: &str, database: &str) -> String {
    let role = percent_encoded(role.as_bytes());
    let database = percent_encoded(database.as_bytes());
    let sockets = percent_encoded(sockets.as_os_str().as_bytes());
    format!("postgres://{role}@localhost:{port}/{database}?host={sockets}&sslmode=disable")
}

fn percent_encoded(bytes: &[u8]) -> String {
    let encode = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(*byte).to_string(),
        other => format!("%{other:02X}"),
    };
    bytes.iter().map(encode).collect()
}
