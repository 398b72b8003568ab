//! Owns as much of PostgreSQL's protocol (version 3.0) as a prepared statement with one parameter needs. Every message
//! is rendered beforehand, so that the client costs next to nothing. It knows a local socket that trusts its user.

use std::path::Path;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

/// A session with one prepared statement.
pub(super) struct Session {
    stream: UnixStream,
    input: Vec<u8>,
    /// Bind, Execute and Sync; the parameter stands at [`PARAMETER`].
    request: Vec<u8>,
}

/// Where the parameter's four bytes stand in the request: after the head of Bind (5), the portal's name (1), the
/// statement's (2), the formats (4), their number (2) and the length (4).
const PARAMETER: std::ops::Range<usize> = 18..22;

impl Session {
    /// Logs in and prepares.
    pub(super) async fn open(
        socket: &Path,
        user: &str,
        database: &str,
        statement: &str,
    ) -> anyhow::Result<Self> {
        let stream = UnixStream::connect(socket).await?;
        let mut request = message(
            b'B',
            &[
                b"\0s\0",
                &words(&[1, 1, 1]),
                &4_i32.to_be_bytes(),
                &[0; 4],
                &words(&[0]),
            ],
        );
        request.extend(message(b'E', &[b"\0", &0_i32.to_be_bytes()]));
        request.extend(message(b'S', &[]));
        let mut session = Self {
            stream,
            input: Vec::with_capacity(8192),
            request,
        };
        let names = ["user", user, "database", database]
            .map(|text| format!("{text}\0"))
            .concat();
        let mut startup = 196_608_i32.to_be_bytes().to_vec();
        startup.extend(names.as_bytes());
        startup.push(0);
        // The first message has no type.
        session
            .ask(message(b' ', &[&startup]).get(1..).unwrap_or_default())
            .await?;
        let int4 = 23_i32.to_be_bytes();
        let mut prepare = message(b'P', &[b"s\0", statement.as_bytes(), b"\0", &words(&[1]), &int4]);
        prepare.extend(message(b'S', &[]));
        session.ask(&prepare).await?;
        Ok(session)
    }

    /// Executes once.
    pub(super) async fn execute(&mut self, parameter: i32) -> anyhow::Result<()> {
        let mut request = std::mem::take(&mut self.request);
        if let Some(place) = request.get_mut(PARAMETER) {
            place.copy_from_slice(&parameter.to_be_bytes());
        }
        let outcome = self.ask(&request).await;
        self.request = request;
        outcome
    }

    /// Sends, and reads until the server is ready again.
    async fn ask(&mut self, request: &[u8]) -> anyhow::Result<()> {
        self.stream.write_all(request).await?;
        self.input.clear();
        let mut at = 0;
        loop {
            while let Some((kind, end)) = frame(&self.input, at) {
                anyhow::ensure!(
                    kind != b'E',
                    "PostgreSQL refused: {}",
                    String::from_utf8_lossy(&self.input)
                );
                if kind == b'Z' {
                    return Ok(());
                }
                at = end;
            }
            anyhow::ensure!(
                self.stream.read_buf(&mut self.input).await? > 0,
                "PostgreSQL hung up"
            );
        }
    }
}

/// The type of the whole message at that place, and where it ends.
fn frame(input: &[u8], at: usize) -> Option<(u8, usize)> {
    let (head, _) = input.get(at..)?.split_first_chunk::<5>()?;
    let [kind, length @ ..] = *head;
    let end = at + 1 + usize::try_from(u32::from_be_bytes(length)).ok()?;
    (end <= input.len()).then_some((kind, end))
}

fn message(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = u32::try_from(body.len() + 4).unwrap_or_default();
    [&[kind], length.to_be_bytes().as_slice(), &body].concat()
}

fn words(values: &[i16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}
