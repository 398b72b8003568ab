//! Liveness and readiness, on a listener of their own.

use signet::router;
use signet::server::listener::{Listener, ListenerSettings};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::{Browser, TestApp};

pub async fn internal(app: &TestApp) -> Browser {
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let origin = format!("http://{}", socket.local_addr().expect("an address"));
    let router = router::internal(app.app.clone(), || "numbers\n".to_owned());
    let listener = Listener::new(socket, None, ListenerSettings::default());
    tokio::spawn(listener.serve(router, CancellationToken::new()));
    Browser::new(&origin)
}

/// A server that is ready says so; without a database it is alive and not ready, and says why.
#[tokio::test]
async fn a_server_without_its_database_is_alive_and_not_ready() {
    let app = TestApp::new().await;
    let operator = internal(&app).await;
    let live = operator.get("/health/live").await;
    assert_eq!((live.status, live.body.as_str()), (200, "live\n"));
    let ready = operator.get("/health/ready").await;
    assert_eq!((ready.status, ready.body.as_str()), (200, "ready\n"));
    assert_eq!(operator.get("/metrics").await.body, "numbers\n");
    app.app.close().await;
    assert_eq!(operator.get("/health/live").await.status, 200);
    let ready = operator.get("/health/ready").await;
    assert_eq!(ready.status, 503);
    assert!(ready.body.starts_with("not ready: "), "{}", ready.body);
    // DB-04: what needs no database goes on.
    for path in ["/.well-known/jwks.json", "/.well-known/openid-configuration"] {
        assert_eq!(app.browser().get(path).await.status, 200, "{path}");
    }
    // And what needs it is refused in a way that can be tried again.
    let reply = app
        .browser()
        .get_with("/account", &[("cookie", "signet_session=unknown")])
        .await;
    assert!(reply.status < 500 || reply.status == 503, "{}", reply.status);
}

/// Health and metrics are not for the public.
#[tokio::test]
async fn the_public_listener_has_no_internal_path() {
    let app = TestApp::new().await;
    for path in ["/health/live", "/health/ready", "/metrics"] {
        assert_eq!(app.browser().get(path).await.status, 404, "{path}");
    }
}
