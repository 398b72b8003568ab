//! A client of HTTP/2 that begins as many requests as it is let, sends as much of each body as it is let, and finishes
//! none (RFC 9113 §5.2, §6.9).

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::denial_slowness::{frame, hello};

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const GO_AWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;
/// `SETTINGS_INITIAL_WINDOW_SIZE`
const INITIAL_WINDOW: u16 = 4;
/// When the server has said nothing for so long, it lets nothing more in.
const SILENCE: Duration = Duration::from_millis(500);

/// What is begun on each connection.
#[derive(Debug, Clone, Copy)]
pub struct Unfinished {
    pub path: &'static str,
    pub streams: u32,
    pub bytes: i64,
    /// The length of each piece.
    pub piece: i64,
}

/// A connection under way.
pub struct Hostile {
    stream: TcpStream,
    plan: Unfinished,
    window: i64,
    initial: i64,
    /// By stream: how much its window still takes, and how much is still to be sent.
    streams: BTreeMap<u32, (i64, i64)>,
    said: Vec<u8>,
    gone: bool,
    /// Bytes of bodies that were sent.
    pub sent: i64,
}

impl Hostile {
    /// Begins every request and sends what it can; returns once the server takes no more.
    pub async fn begin(address: &str, plan: Unfinished) -> Self {
        let mut hostile = Self {
            stream: TcpStream::connect(address).await.expect("a connection"),
            plan,
            window: 65_535,
            initial: 65_535,
            streams: BTreeMap::new(),
            said: Vec::new(),
            gone: false,
            sent: 0,
        };
        let mut opening = hello();
        for index in 0..plan.streams {
            let id = 2 * index + 1;
            opening.extend(frame(HEADERS, END_HEADERS, id, &head(plan.path)));
            hostile.streams.insert(id, (65_535, plan.bytes));
        }
        hostile.gone = hostile.stream.write_all(&opening).await.is_err();
        while !hostile.gone {
            let pieces = hostile.pieces();
            if !pieces.is_empty() && hostile.stream.write_all(&pieces).await.is_err() {
                break;
            }
            if !hostile.listen().await {
                break;
            }
        }
        hostile
    }

    /// As many pieces as the windows take, from every stream in turn.
    fn pieces(&mut self) -> Vec<u8> {
        let mut pieces = Vec::new();
        let mut more = true;
        while more {
            more = false;
            for (id, (window, left)) in &mut self.streams {
                let length = self.plan.piece.min(self.window).min(*window).min(*left);
                if length <= 0 {
                    continue;
                }
                more = true;
                self.window -= length;
                *window -= length;
                *left -= length;
                self.sent += length;
                let bytes = vec![b'a'; usize::try_from(length).expect("small")];
                pieces.extend(frame(DATA, 0, *id, &bytes));
            }
        }
        pieces
    }

    /// Hears what the server says; `false` when it says nothing any more.
    async fn listen(&mut self) -> bool {
        let mut buffer = vec![0; 16 * 1024];
        match tokio::time::timeout(SILENCE, self.stream.read(&mut buffer)).await {
            Ok(Ok(length)) if length > 0 => self.said.extend(&buffer[..length]),
            _ => return false,
        }
        let mut acknowledgements = Vec::new();
        while let Some((kind, flags, id, payload)) = self.next_frame() {
            let number = |bytes: &[u8]| {
                let last: [u8; 4] = bytes.try_into().unwrap_or_default();
                u32::from_be_bytes(last) & 0x7fff_ffff
            };
            match kind {
                SETTINGS if flags & ACK == 0 => {
                    for setting in payload.chunks(6) {
                        if setting[..2] == INITIAL_WINDOW.to_be_bytes() {
                            self.resize(i64::from(number(&setting[2..])));
                        }
                    }
                    acknowledgements.extend(frame(SETTINGS, ACK, 0, &[]));
                }
                WINDOW_UPDATE if id == 0 => self.window += i64::from(number(&payload)),
                WINDOW_UPDATE => {
                    if let Some((window, _)) = self.streams.get_mut(&id) {
                        *window += i64::from(number(&payload));
                    }
                }
                RESET => {
                    self.streams.remove(&id);
                }
                HEADERS | DATA if flags & END_STREAM != 0 => {
                    self.streams.remove(&id);
                }
                GO_AWAY => self.gone = true,
                _ => {}
            }
        }
        self.stream.write_all(&acknowledgements).await.is_ok()
    }

    fn resize(&mut self, initial: i64) {
        for (window, _) in self.streams.values_mut() {
            *window += initial - self.initial;
        }
        self.initial = initial;
    }

    fn next_frame(&mut self) -> Option<(u8, u8, u32, Vec<u8>)> {
        let [a, b, c, kind, flags, id @ ..] = *self.said.first_chunk::<9>()?;
        let end = 9 + u32::from_be_bytes([0, a, b, c]) as usize;
        let payload = self.said.get(9..end)?.to_vec();
        self.said.drain(..end);
        Some((kind, flags, u32::from_be_bytes(id) & 0x7fff_ffff, payload))
    }
}

/// `POST` over http of a form: fields 3 and 6 of RFC 7541 appendix A, then path, content type and address in letters.
fn head(path: &str) -> Vec<u8> {
    let mut head = vec![0x83, 0x86];
    for (name, value) in [
        (4, path),
        (1, "login.example.com"),
        (31, "application/x-www-form-urlencoded"),
    ] {
        // A literal that is not indexed, with a name from the table (§6.2.2): four bits of its number, then the rest.
        if name < 15 {
            head.push(name);
        } else {
            head.extend([15, name - 15]);
        }
        head.push(u8::try_from(value.len()).expect("short"));
        head.extend(value.as_bytes());
    }
    head
}
