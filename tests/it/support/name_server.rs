//! A DNS server on this machine that knows text records and nothing else (RFC 1035 §4).

use std::collections::BTreeMap;
use std::net::SocketAddr;

use tokio::net::UdpSocket;

/// Where it listens.
pub struct NameServer {
    pub address: SocketAddr,
}

impl NameServer {
    /// Serves these records until its runtime ends; every other name does not exist, and a name without a value gets a
    /// server failure.
    pub async fn with(records: &[(&str, &str)]) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
        let address = socket.local_addr().expect("an address");
        let mut zone: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in records {
            zone.entry((*name).to_owned())
                .or_default()
                .push((*value).to_owned());
        }
        tokio::spawn(async move {
            let mut buffer = [0_u8; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                let answer = answer(&buffer[..length], &zone);
                let _ = socket.send_to(&answer, from).await;
            }
        });
        Self { address }
    }
}

fn answer(query: &[u8], zone: &BTreeMap<String, Vec<String>>) -> Vec<u8> {
    let mut labels = Vec::new();
    let mut at = 12;
    while query[at] != 0 {
        let end = at + 1 + usize::from(query[at]);
        labels.push(String::from_utf8_lossy(&query[at + 1..end]).to_lowercase());
        at = end;
    }
    let question = &query[12..at + 5];
    let values = zone.get(&labels.join("."));
    let fails = values.is_some_and(|values| values.iter().any(String::is_empty));
    let values = values.filter(|_| !fails).cloned().unwrap_or_default();
    let code = if fails {
        2
    } else if values.is_empty() {
        3
    } else {
        0
    };
    let count = u16::try_from(values.len()).expect("few records");
    let mut message = query[..2].to_vec();
    message.extend([0x81, 0x80 | code, 0, 1]);
    message.extend(count.to_be_bytes());
    message.extend([0, 0, 0, 0]);
    message.extend(question);
    for value in values {
        // A character-string holds 255 octets (RFC 1035 §3.3): longer texts have several.
        let parts: Vec<&[u8]> = value.as_bytes().chunks(255).collect();
        let length: usize = parts.iter().map(|part| part.len() + 1).sum();
        message.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 0]);
        message.extend(u16::try_from(length).expect("short").to_be_bytes());
        for part in parts {
            message.push(u8::try_from(part.len()).expect("a part"));
            message.extend(part);
        }
    }
    message
}
