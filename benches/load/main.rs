//! `cargo bench --bench load`: drives a running server over loopback and says, for each kind of request, how fast it
//! is, who used the processors, and how near it comes to what this machine can do at all.
//!
//! Absolute figures drift from machine to machine, so the floors are measured in the same run and every judgement is
//! a ratio. Nothing here asserts a time: a missed bar is printed, and fails the command only with `--check`.
//!
//! | folder | what |
//! |---|---|
//! | `stage` | the cluster, the server, clients and people |
//! | `http` | a cheap client: one thread must outrun the server |
//! | `drive` | the closed loop |
//! | `rows` | one file per kind of request |
//! | `floors` | what the machine can do |
//! | `meter` | processors, memory, statements |
//! | `beside` | another product, measured in turns with ours |
//! | `bare_server` | answers everything alike: the floor of documents, the HTTP hook |
//! | `cleanup` | a steady rate while very many rows are deleted |
//! | `report` | peers, goals, tables |

mod bare_server;
mod beside;
mod children;
mod cleanup;
mod drive;
mod figures;
mod floors;
mod http;
mod meter;
mod options;
mod plan;
mod report;
mod rows;
mod stage;

use std::process::ExitCode;

use clap::Parser as _;

use options::Options;

/// The server's own allocator, so that the empty answer and the hashes are measured under its conditions.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let options = Options::parse();
    let outcome = match options.child.clone() {
        Some(child) => children::run(child).map(|()| ExitCode::SUCCESS),
        // `cargo test --all-targets` runs this program too, without the flag.
        None if !options.bench => Ok(ExitCode::SUCCESS),
        None => plan::main(&options),
    };
    outcome.unwrap_or_else(|error| {
        report::complain(&error);
        ExitCode::FAILURE
    })
}
