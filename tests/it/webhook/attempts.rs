//! Features 4a: one id across attempts, one budget for all of them, another attempt only where it can help.

use signet::hook::HookError;
use signet::hook::transport::http::{ATTEMPTS, HttpFault};
use tokio::sync::mpsc;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::receiver::{
    AMPLE, EVENT, ID, Listener, SECRET, ask, believes, header, is_believed, now, read_request,
};
use super::receiver::{SHORT, reply};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";

/// A server whose first answers are these and whose later ones are `{}`.
async fn failing_first(first: ResponseTemplate, times: u64) -> MockServer {
    let server = MockServer::start().await;
    let failing = Mock::given(method("POST")).respond_with(first);
    failing.up_to_n_times(times).mount(&server).await;
    let well = ResponseTemplate::new(200).set_body_raw("{}", "application/json");
    Mock::given(method("POST"))
        .respond_with(well)
        .mount(&server)
        .await;
    server
}

async fn requests(server: &MockServer) -> Vec<Request> {
    server.received_requests().await.expect("recorded")
}

/// A connection that breaks before the answer is tried again; the receiver can see that it is the same event.
#[tokio::test]
async fn a_broken_connection_is_tried_again_under_the_same_id() {
    let (sender, mut received) = mpsc::unbounded_channel();
    let listener = Listener::start(move |number, mut stream| {
        let sender = sender.clone();
        async move {
            if number < ATTEMPTS {
                let request = read_request(&mut stream).await;
                sender.send(request).expect("the test listens");
            } else {
                reply(stream, ANSWER).await;
            }
        }
    })
    .await;
    assert_eq!(ask(&listener.url, AMPLE).await.as_deref(), Ok(&b"{}"[..]));
    assert_eq!(listener.connections(), ATTEMPTS);
    let value = |request: &str, name: &str| {
        let start = format!("{name}: ");
        let line = request.lines().find_map(|line| line.strip_prefix(&start));
        line.expect("the header").to_owned()
    };
    for _ in 1..ATTEMPTS {
        let request = String::from_utf8(received.recv().await.expect("a request")).expect("text");
        let [id, time, signature] =
            ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|name| value(&request, name));
        assert_eq!(id, ID);
        assert!(believes(SECRET, &id, &time, EVENT, &signature));
    }
}

#[tokio::test]
async fn nobody_at_home_is_a_failure_after_three_attempts() {
    let listener = Listener::start(|_, stream| async { drop(stream) }).await;
    let refused = ask(&listener.url, AMPLE).await;
    assert!(
        matches!(refused, Err(HookError::Http(HttpFault::Unreachable(_)))),
        "{refused:?}"
    );
    assert_eq!(listener.connections(), ATTEMPTS);
}

/// RFC 9110 §10.2.3 in both forms, and without the header.
#[tokio::test]
async fn a_busy_hook_is_asked_again_when_it_wants() {
    for first in [
        ResponseTemplate::new(503),
        ResponseTemplate::new(429).insert_header("retry-after", "0"),
        ResponseTemplate::new(503).insert_header("retry-after", "Fri, 15 Jan 2027 08:00:00 GMT"),
        ResponseTemplate::new(503).insert_header("retry-after", "soon"),
    ] {
        let server = failing_first(first, 2).await;
        assert_eq!(ask(&server.uri(), AMPLE).await.as_deref(), Ok(&b"{}"[..]));
        let asked = requests(&server).await;
        assert_eq!(asked.len(), 3);
        for request in &asked {
            assert_eq!(header(request, "webhook-id"), ID);
            assert!(is_believed(SECRET, request));
        }
    }
    assert_eq!(now().to_rfc2822(), "Fri, 15 Jan 2027 08:00:00 +0000");
}

/// A pause that the budget does not hold is not begun: the reason is known now.
#[tokio::test]
async fn a_pause_beyond_the_budget_ends_the_attempts() {
    for wait in [
        "5",
        "86400",
        "99999999999999999999999",
        "Sat, 16 Jan 2027 08:00:00 GMT",
    ] {
        let server = failing_first(ResponseTemplate::new(503).insert_header("retry-after", wait), 1).await;
        let refused = ask(&server.uri(), AMPLE).await;
        assert_eq!(refused, Err(HttpFault::Status(503).into()), "{wait}");
        assert_eq!(requests(&server).await.len(), 1);
    }
}

#[tokio::test]
async fn three_attempts_are_all() {
    let server = failing_first(ResponseTemplate::new(429), 9).await;
    let refused = ask(&server.uri(), AMPLE).await;
    assert_eq!(refused, Err(HttpFault::Status(429).into()));
    assert_eq!(requests(&server).await.len(), 3);
}

/// Statuses that another attempt does not change.
#[tokio::test]
async fn other_statuses_are_final() {
    for status in [201, 206, 302, 307, 400, 401, 403, 404, 410, 500, 502, 504] {
        let body =
            ResponseTemplate::new(status).set_body_raw(r#"{"claims":"told-nobody"}"#, "application/json");
        let server = failing_first(body, 9).await;
        let refused = ask(&server.uri(), AMPLE).await.expect_err("no answer");
        assert_eq!(refused, HttpFault::Status(status).into());
        assert!(!format!("{refused} {refused:?}").contains("told-nobody"));
        assert_eq!(requests(&server).await.len(), 1, "{status}");
    }
}

/// The budget is for all attempts together: what two have used is gone for the third, and a timeout is final.
#[tokio::test]
async fn the_budget_is_for_all_attempts() {
    let listener = Listener::start(|number, mut stream| async move {
        read_request(&mut stream).await;
        if number == 1 {
            return;
        }
        std::future::pending::<()>().await;
    })
    .await;
    assert_eq!(ask(&listener.url, SHORT).await, Err(HookError::Timeout));
    assert_eq!(listener.connections(), 2);
}
