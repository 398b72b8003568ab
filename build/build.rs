//! What is made before the program is compiled: the texts of every language as methods, the list of the clients'
//! presets, and the version. Rebuilds when a migration is added: they are compiled into the binary.

mod presets;
mod texts;
mod version;

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs, io};

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed=build");
    version::tell();
    match write() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            for problem in problems {
                println!("cargo::error={problem}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Writes what the sources include, or says what is wrong with what it is made of.
fn write() -> Result<(), Vec<String>> {
    let failed = |error: io::Error| vec![error.to_string()];
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let target = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let list = presets::list(&root).map_err(failed)?;
    fs::write(target.join("presets.rs"), list).map_err(failed)?;
    println!("cargo::rerun-if-changed={}", texts::FOLDER);
    let languages = texts::folder(&root).map_err(failed)?;
    let code = texts::compile(&languages)?;
    fs::write(target.join("texts.rs"), code).map_err(failed)
}
