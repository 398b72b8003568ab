//! The `signet` program: reads the command line and runs it.

use std::process::ExitCode;

/// argon2's large buffers cost the system's allocator more than the hash itself saves elsewhere.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    signet::cli::run::main()
}
