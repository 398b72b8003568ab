//! `signet hook test`: a folder of events and expected answers, as an operator's CI runs it.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::hook_preview::program;
use crate::app::TestApp;
use crate::fixtures::hook::functions;
use crate::webhook::receiver::{SECRET, is_believed};

/// A folder of its own that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("signet-hook-test-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn write(&self, name: &str, content: &Value) -> &Self {
        self.text(name, &content.to_string())
    }

    fn text(&self, name: &str, content: &str) -> &Self {
        std::fs::write(self.0.join(name), content).expect("written");
        self
    }

    fn path(&self) -> &str {
        Path::new(&self.0).to_str().expect("UTF-8")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const FUNCTION: &str = "create function hooks.greet(event jsonb) returns jsonb language plpgsql stable as $$
    begin
        if event ->> 'user_id' = 'eve' then
            return '{\"error\": {\"http_code\": 403, \"message\": \"no\"}}';
        end if;
        if event ->> 'user_id' = 'slow' then
            perform pg_sleep(30);
        end if;
        return jsonb_build_object('claims', jsonb_build_object('greeting', 'hello ' || (event ->> 'user_id')));
    end $$";

/// Every kind of expectation passes; nothing but `signet_hook` is needed.
#[tokio::test]
async fn a_function_that_answers_as_expected_passes() {
    let app = TestApp::new().await;
    functions(&app, FUNCTION).await;
    let signet = program(&app)
        .with("SIGNET_DATABASE__URL", "postgres://nobody@127.0.0.1:1/none")
        .with("SIGNET_SEALING__KEK_FILES", "/nowhere");
    let folder = Folder::new("passes");
    folder
        .write("member.event.json", &json!({"user_id": "ada"}))
        .write(
            "member.expected.json",
            &json!({"claims": {"greeting": "hello ada"}}),
        )
        .write("refused.event.json", &json!({"user_id": "eve"}))
        .write(
            "refused.expected.json",
            &json!({"error": {"http_code": 403, "message": "no"}}),
        )
        .write("slow.event.json", &json!({"user_id": "slow"}))
        .write("slow.expected.json", &json!({"failure": "hook_timeout"}))
        .text("notes.txt", "not a case");
    let words = [
        "hook",
        "test",
        folder.path(),
        "--target",
        "hooks.greet",
        "--timeout",
        "500",
    ];
    let ran = signet.run(&words).await;
    assert_eq!(ran.code, 0, "{} {}", ran.output, ran.errors);
    for name in ["ok    member  (", "ok    refused  (", "ok    slow  ("] {
        assert!(ran.output.contains(name), "{}", ran.output);
    }
    assert!(ran.output.ends_with("3 passed, 0 failed\n"), "{}", ran.output);
}

/// Each failing case says what differs; the exit code is 1, in JSON too.
#[tokio::test]
async fn a_case_that_differs_fails_and_says_how() {
    let app = TestApp::new().await;
    functions(&app, FUNCTION).await;
    let signet = program(&app);
    let folder = Folder::new("fails");
    folder
        .write("claims.event.json", &json!({"user_id": "ada"}))
        .write(
            "claims.expected.json",
            &json!({"claims": {"greeting": "hello", "desk": 1}}),
        )
        .write("kind.event.json", &json!({"user_id": "eve"}))
        .write("kind.expected.json", &json!({"claims": {}}))
        .write("lonely.event.json", &json!({}))
        .write("other.event.json", &json!({"user_id": "bob"}))
        .write(
            "other.expected.json",
            &json!({"claims": {"greeting": "hello bob"}}),
        )
        .write("typo.event.json", &json!({}))
        .write("typo.expected.json", &json!({"claim": {}}));
    let words = ["hook", "test", folder.path(), "--target", "hooks.greet"];
    let ran = signet.run(&words).await;
    assert_eq!(ran.code, 1, "{}", ran.output);
    assert!(ran.output.ends_with("1 passed, 4 failed\n"), "{}", ran.output);
    for line in [
        "      ~ greeting = \"hello ada\"  (was \"hello\")\n",
        "      - desk  (was 1)\n",
        "expected claims, answered a refusal",
        "lonely.expected.json cannot be read",
        "claim: expected is one of",
    ] {
        assert!(ran.output.contains(line), "{line}: {}", ran.output);
    }
    let ran = signet.run(&[&words[..], &["--json"]].concat()).await;
    assert_eq!(ran.code, 1);
    let report: Value = serde_json::from_str(&ran.output).expect("one JSON document");
    assert_eq!((&report["passed"], &report["failed"]), (&json!(1), &json!(4)));
    assert_eq!(report["cases"][0]["difference"]["removed"], json!({"desk": 1}));
}

/// A URL is asked as a grant would ask it: signed.
#[tokio::test]
async fn a_url_is_asked_with_a_signature() {
    let app = TestApp::new().await;
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_json(json!({"claims": {"desk": 1}}));
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let folder = Folder::new("url");
    folder
        .write("one.event.json", &json!({"user_id": "ada"}))
        .write("one.expected.json", &json!({"claims": {"desk": 1}}))
        .text("secret", &format!("{SECRET}\n"));
    let secret = format!("{}/secret", folder.path());
    let uri = server.uri();
    let words = [
        "hook",
        "test",
        folder.path(),
        "--url",
        &uri,
        "--secret-file",
        &secret,
    ];
    let ran = program(&app).run(&words).await;
    assert_eq!(ran.code, 0, "{} {}", ran.output, ran.errors);
    let requests = server.received_requests().await.expect("recorded");
    assert!(is_believed(SECRET, &requests[0]));
}

#[tokio::test]
async fn a_folder_without_cases_is_an_error() {
    let app = TestApp::new().await;
    let signet = program(&app);
    let folder = Folder::new("empty");
    for (words, because) in [
        (vec!["--target", "hooks.greet"], "has no cases"),
        (vec!["--target", "hooks"], "schema.function"),
        (
            vec!["--url", "http://hooks.example/", "--secret-file", "/dev/null"],
            "https",
        ),
    ] {
        if because != "has no cases" {
            folder.write("a.event.json", &json!({}));
        }
        let all = [vec!["hook", "test", folder.path()], words].concat();
        signet.run(&all).await.assert_refused(because);
    }
}
