//! Owns the words of `signet keys …`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use crate::cli::values;
use crate::protocol::algorithm::Algorithm;

/// What to do with signing keys.
#[derive(Debug, Clone, Subcommand)]
pub enum KeysCommand {
    /// List every key that there ever was
    List,
    /// Show what each key does next and when, who fetches the key set, and which replica holds which keys
    Status,
    /// Replace the keys that sign, as soon as every verifier can know the next ones
    Rotate(RotateArguments),
    /// End a key at once, with everything that it signed: it has leaked, or is lost
    Revoke(RevokeArguments),
    /// Take in a key of another provider: one private key as PEM or JWK, which is then the next to sign
    Import(ImportArguments),
    /// Print the public keys that are published as a JWK set, or one key
    ExportPublic(ExportArguments),
    /// Compute the proof of every change anew; exits with 1 if something does not hold
    Verify(VerifyArguments),
}

/// `signet keys verify`
#[derive(Debug, Clone, Args)]
pub struct VerifyArguments {
    /// The hash of an entry, as this or `signet keys status` printed it earlier: the log that had it was not written anew
    #[arg(long, value_name = "HASH", allow_hyphen_values = true)]
    pub contains: Option<String>,
}

/// `signet keys rotate`
#[derive(Debug, Clone, Args)]
pub struct RotateArguments {
    /// Only the key of this algorithm; repeat for more [default: every algorithm that is signed with]
    #[arg(long = "alg", value_parser = values::algorithm())]
    pub algorithms: Vec<Algorithm>,
    /// Show each step with its earliest time, the reason, and who would break; change nothing
    #[arg(long)]
    pub plan: bool,
    /// Stay until the next keys sign; exits with 1 if they do not in time
    #[arg(long)]
    pub wait: bool,
    /// How long to stay at most; the server goes on afterwards
    #[arg(long, default_value = "15m", value_parser = values::duration)]
    pub timeout: Duration,
    /// Go on although this verifier has not fetched the next key; repeat for more
    #[arg(long, value_name = "NAME")]
    pub accept_breaking: Vec<String>,
}

/// `signet keys revoke`
#[derive(Debug, Clone, Args)]
pub struct RevokeArguments {
    /// The key, as `signet keys list` shows it
    #[arg(allow_hyphen_values = true)]
    pub kid: String,
    /// Show what would end and when everybody will have noticed; change nothing
    #[arg(long)]
    pub plan: bool,
}

/// `signet keys import`
#[derive(Debug, Clone, Args)]
pub struct ImportArguments {
    /// The file; - is standard input
    pub file: PathBuf,
    /// Publish it so that tokens from there stay valid, and sign nothing with it; a public key is enough
    #[arg(long)]
    pub verify_only: bool,
    /// How long it stays published at least, where it only verifies: as long as anything lives that it signed there
    #[arg(long, default_value = "30d", requires = "verify_only", value_parser = values::duration)]
    pub keep: Duration,
    /// Its algorithm, where the file does not say it [default: RS256 for an RSA key]
    #[arg(long, value_parser = values::algorithm())]
    pub alg: Option<Algorithm>,
    /// The name that tokens have for it [default: what the JWK says, else its thumbprint]
    #[arg(long)]
    pub kid: Option<String>,
}

/// `signet keys export-public`
#[derive(Debug, Clone, Args)]
pub struct ExportArguments {
    /// Only this key, also if it is not published any more
    #[arg(allow_hyphen_values = true)]
    pub kid: Option<String>,
    /// As PEM instead of a JWK
    #[arg(long, requires = "kid")]
    pub pem: bool,
}
