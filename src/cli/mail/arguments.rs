//! Owns the words of `signet mail …`.

use clap::Subcommand;

use crate::cli::values;
use crate::i18n::Locale;
use crate::mail::MessageKind;

/// What to do with mail.
#[derive(Debug, Clone, Subcommand)]
pub enum MailCommand {
    /// Show a mail with made-up links, as this configuration would send it
    Preview {
        /// Which
        #[arg(value_parser = values::one_of(MessageKind::ALL.map(MessageKind::name), MessageKind::parse))]
        kind: MessageKind,
        /// In which language
        #[arg(long, default_value = "en", value_parser = values::one_of(Locale::ALL.map(Locale::tag), Locale::parse))]
        language: Locale,
        /// The HTML part instead of the text
        #[arg(long)]
        html: bool,
    },
    /// Send a mail to an address at once, past the queue, and say what the server answers
    Test {
        /// The address
        address: String,
        /// In which language
        #[arg(long, default_value = "en", value_parser = values::one_of(Locale::ALL.map(Locale::tag), Locale::parse))]
        language: Locale,
    },
    /// Show what was asked for an address lately, and whether a server refused it
    Status {
        /// The address
        address: String,
    },
    /// Note that an address takes no mail: for what reads the messages that come back to mail.from
    NoteBounce {
        /// The address
        address: String,
        /// What was said of it
        #[arg(long)]
        reason: String,
    },
}
