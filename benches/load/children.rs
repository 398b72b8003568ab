//! Owns this program's life as a child of itself, and the holding of children: each ends with its holder.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::bare_server;
use crate::floors::database;
use crate::options::Child;
use crate::stage::HOOK_ANSWER;

/// A process that is ended when this value is dropped: at the end, on an error, on a panic, on Ctrl-C.
pub(crate) struct Held(std::process::Child);

impl Held {
    /// Starts a program.
    pub(crate) fn spawn(command: &mut Command) -> anyhow::Result<Self> {
        let name = command.get_program().to_owned();
        Self::try_spawn(command).with_context(|| format!("{} cannot be started", name.display()))
    }

    /// The same for a program that may not be installed.
    pub(crate) fn try_spawn(command: &mut Command) -> std::io::Result<Self> {
        command.spawn().map(Self)
    }

    /// Its number.
    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// The code that it ended with by itself, if it did.
    pub(crate) fn ended(&mut self) -> anyhow::Result<Option<String>> {
        Ok(self.0.try_wait()?.map(|status| status.to_string()))
    }

    /// The next line of its standard output.
    pub(crate) fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        let output = self.0.stdout.as_mut().context("the child's output is not read")?;
        BufReader::with_capacity(1, output).read_line(&mut line)?;
        Ok(line)
    }

    /// The rest of its standard output, once it has ended; does not hold up this thread's other work.
    pub(crate) async fn output(mut self) -> anyhow::Result<String> {
        let mut output = self.0.stdout.take().context("the child's output is not read")?;
        let reading = tokio::task::spawn_blocking(move || {
            let mut text = String::new();
            output.read_to_string(&mut text).map(|_| text)
        });
        Ok(reading.await??)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // It may have ended by itself, which is as well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts this program as a child of itself.
pub(crate) fn myself(arguments: &[&dyn AsRef<OsStr>]) -> anyhow::Result<Held> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args(arguments.iter().map(AsRef::as_ref))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    Held::spawn(&mut command)
}

/// Lives as a child.
pub(crate) fn run(child: Child) -> anyhow::Result<()> {
    // The pipe closes with the parent, however that ends.
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    match child {
        Child::EmptyAnswers => bare_server::serve(""),
        Child::HookAnswers => bare_server::serve(HOOK_ANSWER),
        Child::DatabaseFloor {
            socket,
            statement,
            connections,
            seconds,
        } => {
            let figure = database::ask(&socket, &statement, connections, seconds)?;
            writeln!(std::io::stdout(), "{figure}")?;
            Ok(())
        }
    }
}
