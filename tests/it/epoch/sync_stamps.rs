//! What the worker says of the copy's age: it is as old as the question, however long the answer takes.

use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};

use serde_json::{Value, json};
use signet::protocol::issuer::Issuer;
use signet::rls::sync::{self, Progress, Source};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::worker::Copied;
use crate::app::TestApp;

/// An issuer that tells when it was asked, and answers only after it was told to.
struct Slow {
    asked: Mutex<Sender<Sender<Value>>>,
}

impl Respond for Slow {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let (answer, waits) = channel();
        self.asked
            .lock()
            .expect("one")
            .send(answer)
            .expect("the test listens");
        ResponseTemplate::new(200).set_body_json(waits.recv().expect("an answer"))
    }
}

fn page(cursor: &str, more: bool) -> Value {
    let cutoffs = json!([{"user_id": cursor, "organization_id": "", "minimum": 1, "changed_at": "2026-01-01T00:00:00Z"}]);
    json!({"cursor": cursor, "full": cursor == "1", "more": more, "cutoffs": cutoffs})
}

/// Contracts section 5: the limit counts from what was true. A change that is made after the question may not be in the
/// answer, so the copy is no younger than the question; of several pages, than that for the last.
#[tokio::test(flavor = "multi_thread")]
async fn tn_06_a_slow_answer_is_as_old_as_its_question() {
    let app = TestApp::new().await;
    let copied = Copied::new(&app).await;
    let issuer = MockServer::start().await;
    let (asked, questions) = channel();
    Mock::given(method("GET"))
        .respond_with(Slow {
            asked: Mutex::new(asked),
        })
        .mount(&issuer)
        .await;
    let source = Source::new(
        Issuer::parse(&issuer.uri()).expect("an issuer"),
        copied.key_file.clone(),
    );
    let database = copied.database.clone();
    let work = tokio::spawn(async move { sync::once(&source, &database).await });
    let question = async || {
        let answer = tokio::task::block_in_place(|| questions.recv()).expect("a question");
        let now = "select (extract(epoch from clock_timestamp()) * 1000000)::bigint";
        (answer, copied.copy(now).await)
    };
    let (answer, first) = question().await;
    answer.send(page("1", true)).expect("it waits");
    let (answer, second) = question().await;
    answer.send(page("2", false)).expect("it waits");
    let done = work.await.expect("it ends").expect("copied");
    assert!(matches!(done, Progress::Copied { cutoffs: 2 }), "{done:?}");
    let stamp = "select (extract(epoch from received_at) * 1000000)::bigint from auth.epoch_sync";
    let stamp = copied.copy(stamp).await;
    assert!(stamp <= second, "it is not younger than its question");
    assert!(stamp >= first, "and not older than the page before");
}
