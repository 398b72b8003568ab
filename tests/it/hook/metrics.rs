//! What `/metrics` counts of hooks.

use std::time::Duration;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use signet::router;
use signet::server::listener::{Listener, ListenerSettings};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::{Browser, RelyingParty, TestApp};
use crate::attack::holdings::{refreshed, sql, text};
use crate::fixtures::hook::functions;
use crate::fixtures::{a_client, a_hook, a_person};

const FUNCTIONS: &str = "
    create function hooks.desk(event jsonb) returns jsonb language sql stable as
        $$ select jsonb_build_object('claims', jsonb_build_object('desk', 1)) $$;
    create function hooks.same(event jsonb) returns jsonb language sql stable as
        $$ select jsonb_build_object('claims', jsonb_build_object('desk', 1)) $$;
    create function hooks.other(event jsonb) returns jsonb language sql stable as
        $$ select jsonb_build_object('claims', jsonb_build_object('desk', 2)) $$;
    create function hooks.broken(event jsonb) returns jsonb language plpgsql stable as
        $$ begin raise exception 'broken'; end $$;
    create function hooks.refuser(event jsonb) returns jsonb language sql stable as
        $$ select '{\"error\": {\"http_code\": 403, \"message\": \"no\"}}'::jsonb $$;
    create function hooks.hang(event jsonb) returns jsonb language plpgsql stable as
        $$ begin perform pg_sleep(60); return event; end $$";

/// A server whose numbers are this thread's alone: a test's runtime has no other thread.
struct Counted {
    app: TestApp,
    operator: Browser,
    relying_party: RelyingParty,
    tokens: serde_json::Value,
    _recorder: metrics::LocalRecorderGuard<'static>,
}

impl Counted {
    async fn new() -> Self {
        let recorder = Box::leak(Box::new(PrometheusBuilder::new().build_recorder()));
        let handle = recorder.handle();
        let guard = metrics::set_default_local_recorder(recorder);
        let app = TestApp::new().await;
        functions(&app, FUNCTIONS).await;
        let relying_party = app.relying_party(&a_client("web").create(&app).await);
        let ada = a_person("ada").create(&app).await;
        let tokens = relying_party.tokens(&app, &ada, &[]).await;
        Self {
            operator: internal(&app, handle).await,
            app,
            relying_party,
            tokens,
            _recorder: guard,
        }
    }

    async fn refresh(&mut self) {
        self.tokens = refreshed(&self.relying_party, &self.tokens).await;
    }

    async fn assert_shown(&self, lines: &[&str]) {
        let shown = self.operator.get("/metrics").await.body;
        for line in lines {
            assert!(shown.lines().any(|shown| shown == *line), "{line}: {shown}");
        }
    }
}

async fn internal(app: &TestApp, handle: PrometheusHandle) -> Browser {
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let origin = format!("http://{}", socket.local_addr().expect("an address"));
    let router = router::internal(app.app.clone(), move || handle.render());
    let listener = Listener::new(socket, None, ListenerSettings::default());
    tokio::spawn(listener.serve(router, CancellationToken::new()));
    Browser::new(&origin)
}

/// Issue 4, 5: questions by output and outcome, failures by code, time.
#[tokio::test]
async fn questions_failures_and_time_are_counted() {
    let mut counted = Counted::new().await;
    a_hook("desk").create(&counted.app).await;
    a_hook("broken").built_in_on_failure().create(&counted.app).await;
    for _ in 0..2 {
        counted.refresh().await;
    }
    a_hook("refuser").create(&counted.app).await;
    let refresh = text(&counted.tokens, "refresh_token");
    let refused = counted.relying_party.refresh(refresh, &[]).await;
    refused.assert_error(400, "invalid_grant");
    counted
        .assert_shown(&[
            r#"signet_hook_runs_total{hook="desk",output="access_token",outcome="answered"} 3"#,
            r#"signet_hook_runs_total{hook="broken",output="access_token",outcome="failed"} 3"#,
            r#"signet_hook_runs_total{hook="refuser",output="access_token",outcome="refused"} 1"#,
            r#"signet_hook_failures_total{hook="broken",code="hook_failed"} 3"#,
            r#"signet_hook_duration_seconds_count{hook="desk"} 3"#,
            r#"signet_hook_duration_seconds_count{hook="broken"} 3"#,
        ])
        .await;
    let shown = counted.operator.get("/metrics").await.body;
    assert!(
        !shown.contains(r#"signet_hook_failures_total{hook="refuser""#),
        "{shown}"
    );
}

/// Issue 4, 5: whether a hook is left alone, and how many questions that spared; one that is no more is not left alone.
#[tokio::test]
async fn a_circuit_that_is_open_is_shown() {
    let mut counted = Counted::new().await;
    a_hook("hang")
        .within(Duration::from_millis(50))
        .built_in_on_failure()
        .create(&counted.app)
        .await;
    for _ in 0..7 {
        counted.refresh().await;
    }
    counted
        .assert_shown(&[
            r#"signet_hook_breaker_open{hook="hang"} 1"#,
            r#"signet_hook_breaker_spared_total{hook="hang"} 2"#,
            r#"signet_hook_failures_total{hook="hang",code="hook_timeout"} 5"#,
            r#"signet_hook_failures_total{hook="hang",code="hook_left_alone"} 2"#,
        ])
        .await;
    sql(&counted.app, "delete from auth.token_hooks").await;
    counted.app.refresh_caches().await;
    counted
        .assert_shown(&[r#"signet_hook_breaker_open{hook="hang"} 0"#])
        .await;
}

/// Features 3, idea 3: what shadows said differently.
#[tokio::test]
async fn what_shadows_make_of_it_is_counted() {
    let mut counted = Counted::new().await;
    a_hook("desk").create(&counted.app).await;
    for name in ["same", "other", "broken"] {
        a_hook(name)
            .with(|settings| settings.shadow = true)
            .create(&counted.app)
            .await;
    }
    for _ in 0..2 {
        counted.refresh().await;
        counted.app.app.token_issuer().hooks.settle().await;
    }
    counted
        .assert_shown(&[
            r#"signet_hook_shadow_total{hook="same",agreement="same"} 2"#,
            r#"signet_hook_shadow_total{hook="other",agreement="differs"} 2"#,
            r#"signet_hook_shadow_total{hook="broken",agreement="failed"} 2"#,
        ])
        .await;
}
