//! `signet mail …`: what mails look like, whether they leave, and what an address got. It prints nothing: a report is
//! returned.

mod arguments;
mod report;
mod run;

pub use arguments::MailCommand;
pub use report::{MailCount, MailPreview, MailReport, MailSent, MailStatus};
pub use run::run;
