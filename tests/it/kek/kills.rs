//! `kill -9` of real `signet kek rekey` processes, two side by side (attacks VA-04): every row opens throughout.

use std::process::Stdio;
use std::time::{Duration, Instant};

use sqlx::PgConnection;
use tokio::process::Child;

use super::desk::{FIRST, SECOND, an_app, follow, key_file, say};
use super::proof::{every_row_opens, fill, sealed_anew};
use crate::app::TestApp;
use crate::command_line::program::Signet;
use crate::fixtures::{a_client, a_person};

/// A server with this many rows that the first key seals, and the second one active.
async fn ground(rows: i32) -> (TestApp, Signet) {
    let app = an_app(&[FIRST, SECOND]).await;
    follow(&app).await;
    say(&app, "add test-2").await;
    follow(&app).await;
    say(&app, "activate test-2").await;
    follow(&app).await;
    fill(&app, rows).await;
    let file = key_file(&[FIRST, SECOND]);
    let signet = Signet::on(&app.database).with("SIGNET_SEALING__KEK_FILES", file.to_str().expect("UTF-8"));
    (app, signet)
}

/// Two workers, of which one is killed in the middle, and the other once it has gone on alone; again and again, so many
/// times. Gives how many rows are sealed anew by then.
async fn kill(signet: &Signet, admin: &mut PgConnection, batch: &str, (rows, kills): (i64, u32)) -> i64 {
    let worker = || {
        let mut command = signet.command(&["kek", "rekey", "--batch", batch]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("the program runs")
    };
    // What a worker does while it is looked at comes on top.
    let step = rows / i64::from(4 * (kills + 1));
    let mut anew = 0;
    for round in 1..=kills / 2 {
        let (mut one, mut other) = (worker(), worker());
        reach(admin, anew + step).await;
        end(&mut one).await;
        let alone = sealed_anew(admin).await;
        reach(admin, alone + 1).await;
        end(&mut other).await;
        anew = i64::try_from(every_row_opens(admin, rows).await).expect("a number");
        eprintln!(
            "kill {}: {anew} of {rows} rows are sealed anew, each opens",
            2 * round
        );
    }
    let mut last = [worker(), worker()];
    for worker in &mut last {
        let ended = worker.wait().await.expect("a status");
        assert!(ended.success(), "two workers side by side come to their end");
    }
    anew
}

/// Waits until this many rows are sealed anew.
async fn reach(admin: &mut PgConnection, wanted: i64) {
    let began = Instant::now();
    while sealed_anew(admin).await < wanted {
        assert!(began.elapsed() < Duration::from_mins(2), "no row is sealed anew");
    }
}

/// `kill -9`, in the middle of its work.
async fn end(worker: &mut Child) {
    assert_eq!(worker.try_wait().expect("a status"), None, "it is at work");
    worker.start_kill().expect("killed");
    worker.wait().await.expect("a status");
}

/// A small one, in every run: six kills, three hundred rows.
#[tokio::test]
async fn va_04_two_workers_and_kill_9_leave_every_row_readable() {
    let (app, signet) = ground(300).await;
    let mut admin = app.database.admin().await;
    assert!(
        kill(&signet, &mut admin, "3", (300, 6)).await < 300,
        "in the middle"
    );
    assert_eq!(every_row_opens(&mut admin, 300).await, 300);
    follow(&app).await;
    let report = say(&app, "rekey").await;
    assert_eq!((&report["sealed"], &report["remaining"]), (&0.into(), &0.into()));
    say(&app, "remove test-1").await;
}

/// The whole row of attacks.md: a hundred kills, a hundred thousand rows. Minutes.
#[tokio::test]
#[ignore = "minutes: cargo test --release --test it -- --ignored --nocapture kek::kills"]
async fn va_04_a_hundred_kills_over_a_hundred_thousand_rows() {
    let (app, signet) = ground(100_000).await;
    let mut admin = app.database.admin().await;
    let began = Instant::now();
    assert!(
        kill(&signet, &mut admin, "20", (100_000, 100)).await < 100_000,
        "in the middle"
    );
    assert_eq!(every_row_opens(&mut admin, 100_000).await, 100_000);
    eprintln!("100 kills, {:.1} s", began.elapsed().as_secs_f64());
    follow(&app).await;
    say(&app, "remove test-1").await;
}

/// How long a hundred thousand rows take while a server answers (asked: 60 s at most), with one worker and with two.
#[tokio::test]
#[ignore = "a minute: cargo test --release --test it -- --ignored --nocapture kek::kills"]
async fn va_04_a_hundred_thousand_rows_while_a_server_answers() {
    for workers in [1, 2] {
        let (app, signet) = ground(100_000).await;
        let client = a_client("web").create(&app).await;
        let ada = a_person("ada").create(&app).await;
        let web = app.relying_party(&client);
        let mut tokens = web.tokens(&app, &ada, &[]).await;
        let stop = tokio_util::sync::CancellationToken::new();
        let keeping = tokio::spawn(app.app.clone().keep_current(stop.clone()));
        let began = Instant::now();
        let mut running: Vec<Child> = (0..workers)
            .map(|_| {
                signet
                    .command(&["kek", "rekey"])
                    .spawn()
                    .expect("the program runs")
            })
            .collect();
        let (mut asked_for, mut slowest) = (0, Duration::ZERO);
        while running
            .iter_mut()
            .any(|worker| worker.try_wait().expect("a status").is_none())
        {
            let asked = Instant::now();
            let refreshed = web
                .refresh(tokens["refresh_token"].as_str().expect("text"), &[])
                .await;
            assert_eq!(refreshed.status, 200, "{}", refreshed.body);
            tokens = refreshed.json();
            slowest = slowest.max(asked.elapsed());
            asked_for += 1;
        }
        let seconds = began.elapsed().as_secs_f64();
        eprintln!(
            "{workers} workers: 100,000 rows in {seconds:.1} s; {asked_for} refreshes, the slowest {slowest:?}"
        );
        assert!(seconds < 60.0);
        stop.cancel();
        keeping.await.expect("it ends");
        let mut admin = app.database.admin().await;
        assert_eq!(every_row_opens(&mut admin, 100_000).await, 100_000);
    }
}
