//! What a command does when nobody reads its answer.

use std::process::Stdio;

use super::program::Signet;
use crate::support::database::TestDatabase;

/// `signet user list | head -1`: it ends as other programs do, and says nothing.
#[tokio::test]
async fn a_closed_pipe_ends_a_command_quietly() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    for arguments in [
        vec!["user", "list"],
        vec!["user", "list", "--json"],
        vec!["migrate", "--print"],
        vec!["rls", "install", "--print"],
        vec!["doctor"],
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        // Not `output()`, which would read standard output after all.
        let running = signet
            .command(&arguments)
            .stdout(Stdio::from(writer))
            .spawn()
            .expect("the program runs");
        let ran = running.wait_with_output().await.expect("the program ends");
        assert_eq!(String::from_utf8_lossy(&ran.stderr), "", "{arguments:?}");
        assert_eq!(ran.status.code(), Some(141), "{arguments:?}: 128 and SIGPIPE");
    }
}
