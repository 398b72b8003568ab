//! HK-03: what a hook may say in bytes. Anything else is one typed error, in time that the limits bound.

use signet::base::strict_json::StrictJsonError;
use signet::hook::HookError;
use signet::hook::response::{ANSWER_LIMIT, DEPTH_LIMIT, VALUE_LIMIT, parse};

use super::receiver::{AMPLE, Listener, ask, reply};

/// A hook that answers this body, asked over HTTP and read.
async fn over_http(body: &[u8]) -> Result<serde_json::Map<String, serde_json::Value>, HookError> {
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    answer.extend_from_slice(body);
    let listener = Listener::start(move |_, stream| {
        let answer = answer.clone();
        async move { reply(stream, &answer).await }
    })
    .await;
    parse(&ask(&listener.url, AMPLE).await?)
}

fn unreadable(fault: StrictJsonError) -> HookError {
    HookError::Unreadable(fault)
}

#[tokio::test]
async fn hk_03_an_answer_that_is_no_object_is_malformed() {
    for body in ["null", "[]", "\"x\"", "7", "true", "[{}]"] {
        assert_eq!(
            over_http(body.as_bytes()).await,
            Err(HookError::Malformed),
            "{body}"
        );
    }
}

#[tokio::test]
async fn hk_03_bytes_that_readers_read_differently_are_refused() {
    for (body, fault) in [
        (&b"{"[..], StrictJsonError::Syntax),
        (b"{} {}", StrictJsonError::Syntax),
        (b"{\"claims\":{\"a\":NaN}}", StrictJsonError::Syntax),
        (b"{\"claims\":{\"a\":Infinity}}", StrictJsonError::Syntax),
        (b"{\"claims\":{\"a\":1e400}}", StrictJsonError::Syntax),
        (b"{\"claims\":{\"a\":\"\xff\"}}", StrictJsonError::Syntax),
        (b"{\"claims\":{\"\xc0\xaf\":1}}", StrictJsonError::Syntax),
        (b"\xef\xbb\xbf{}", StrictJsonError::Syntax),
        (b"{\"claims\":{\"a\":\"\\ud800\"}}", StrictJsonError::Syntax),
        (b"{\"claims\":{},\"claims\":{}}", StrictJsonError::Repeated),
        (b"{\"claims\":{\"a\":1,\"\\u0061\":2}}", StrictJsonError::Repeated),
        (
            b"{\"claims\":{\"a\":99999999999999999999}}",
            StrictJsonError::Number,
        ),
    ] {
        assert_eq!(over_http(body).await, Err(unreadable(fault)));
    }
}

/// 10 MB, 10^6 keys, a depth of 10^5: over HTTP the transport stops; from elsewhere nothing is read of them either.
#[tokio::test]
async fn hk_03_what_is_too_much_is_oversized() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(10 * 1024 * 1024));
    let keys = (0..1_000_000).map(|key| format!("\"{key}\":1"));
    let many = format!("{{{}}}", keys.collect::<Vec<_>>().join(","));
    let deep = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    for body in [long, many, deep] {
        assert_eq!(parse(body.as_bytes()), Err(HookError::Oversized));
        assert_eq!(over_http(body.as_bytes()).await, Err(HookError::Oversized));
    }
}

/// Inside the size that is read, depth and number of values have limits of their own.
#[tokio::test]
async fn hk_03_limits_hold_inside_the_size() {
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    let deepest = DEPTH_LIMIT + 2;
    assert!(over_http(nested(deepest).as_bytes()).await.is_ok());
    for depth in [deepest + 1, 127, 1000, 30_000] {
        let refused = over_http(nested(depth).as_bytes()).await;
        assert_eq!(refused, Err(HookError::Oversized), "{depth}");
    }
    let list = |values: usize| format!("{{\"a\":[{}]}}", vec!["1"; values - 1].join(","));
    assert!(over_http(list(VALUE_LIMIT).as_bytes()).await.is_ok());
    assert_eq!(
        over_http(list(VALUE_LIMIT + 1).as_bytes()).await,
        Err(HookError::Oversized)
    );
    let filled = format!("{{\"a\":\"{}\"}}", "x".repeat(ANSWER_LIMIT - 8));
    assert_eq!(filled.len(), ANSWER_LIMIT);
    assert!(over_http(filled.as_bytes()).await.is_ok());
}
