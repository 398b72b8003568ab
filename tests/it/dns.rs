//! The DNS is asked within bounds, for text records of exactly the name that is meant.

use std::net::UdpSocket;

use signet::base::dns::{Dns, DnsError, TextRecords as _};

use crate::support::name_server::NameServer;

/// Every record is an answer, one of several parts as one text; a name that does not exist has none.
#[tokio::test]
async fn text_records_are_read_as_they_stand() {
    let long = "x".repeat(300);
    let zone = [
        ("_signet-challenge.acme.example", "v=spf1 -all"),
        ("_signet-challenge.acme.example", long.as_str()),
    ];
    let server = NameServer::with(&zone).await;
    let dns = Dns::new(vec![server.address]);
    let mut found = dns
        .text_records("_signet-challenge.acme.example")
        .await
        .expect("an answer");
    found.sort();
    assert_eq!(found, ["v=spf1 -all".to_owned(), long]);
    for other in [
        "_signet-challenge.nobody.example",
        "acme.example",
        "acme.example.",
    ] {
        assert_eq!(
            dns.text_records(other).await.expect("an answer"),
            [""; 0],
            "{other}"
        );
    }
}

/// A server that fails, or is none, gives no answer: that is not the answer that there is no record.
#[tokio::test]
async fn a_dns_that_fails_says_nothing_about_a_name() {
    let server = NameServer::with(&[("broken.example", "")]).await;
    let failed = Dns::new(vec![server.address])
        .text_records("broken.example")
        .await;
    assert!(matches!(failed, Err(DnsError::Unavailable(_))), "{failed:?}");
    // Bound, so that nobody else answers there, and never read.
    let silent = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let dns = Dns::new(vec![silent.local_addr().expect("an address")]);
    let lost = dns.text_records("acme.example").await;
    assert!(lost.is_err(), "{lost:?}");
}
