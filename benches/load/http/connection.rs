//! Owns one keep-alive connection: a request out, an answer in, one buffer for all of them.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::response::{self, Framing, Response};

/// No answer of ours is larger.
const LARGEST: usize = 1024 * 1024;

/// A connection to one server.
pub(crate) struct Http {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

impl Http {
    /// A connection that is opened when it is needed.
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            stream: None,
            buffer: Vec::with_capacity(16 * 1024),
        }
    }

    /// Opens it anew: the server closes those that were silent for too long.
    pub(crate) async fn connect(&mut self) -> std::io::Result<()> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        self.stream = Some(stream);
        Ok(())
    }

    /// Sends a request and waits for its answer. After an error the next request gets a new connection.
    pub(crate) async fn send(&mut self, request: &[u8]) -> std::io::Result<Response<'_>> {
        if self.stream.is_none() {
            self.connect().await?;
        }
        let mut stream = self.stream.take().ok_or(ErrorKind::NotConnected)?;
        self.buffer.clear();
        stream.write_all(request).await?;
        let (head, end) = receive(&mut stream, &mut self.buffer).await?;
        let text = |range| {
            self.buffer
                .get(range)
                .and_then(|bytes| std::str::from_utf8(bytes).ok())
        };
        let unreadable = || Error::new(ErrorKind::InvalidData, "an answer that is no text");
        let answer = Response {
            head: text(0..head).ok_or_else(unreadable)?,
            body: text(head + 4..end).ok_or_else(unreadable)?,
            status: text(0..head).and_then(response::status).ok_or_else(unreadable)?,
        };
        if !answer
            .header("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"))
        {
            self.stream = Some(stream);
        }
        Ok(answer)
    }
}

/// Reads one answer; gives where its head and where its body end.
async fn receive(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<(usize, usize)> {
    let mut searched = 0;
    let head = loop {
        more(stream, buffer).await?;
        let unsearched = buffer.get(searched..).unwrap_or_default();
        if let Some(found) = unsearched.windows(4).position(|window| window == b"\r\n\r\n") {
            break searched + found;
        }
        searched = buffer.len().saturating_sub(3);
    };
    let text = buffer
        .get(..head)
        .and_then(|bytes| std::str::from_utf8(bytes).ok())
        .unwrap_or_default();
    let Framing::Length(length) = response::framing(text) else {
        return Err(Error::new(ErrorKind::Unsupported, "an answer of unknown length"));
    };
    let end = head + 4 + length;
    while buffer.len() < end {
        more(stream, buffer).await?;
    }
    Ok((head, end))
}

async fn more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<()> {
    if buffer.len() > LARGEST {
        return Err(Error::new(ErrorKind::InvalidData, "an answer that does not end"));
    }
    if stream.read_buf(buffer).await? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}
