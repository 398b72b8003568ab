//! `signet rls verify`: inspects a downstream database and attacks it in transactions that are rolled back. It owns
//! the one place where SQL is made from names that a stranger chose (`quote`), and every finding's code. It knows
//! nothing of signet's own tables, and changes nothing: what may do more than answer is never asked (`harmless`).

mod attack;
mod catalog;
mod checks;
mod code;
mod context;
mod error;
mod expression;
mod finding;
mod harmless;
mod names;
mod quote;
mod reach;
mod report;
mod run;
mod scope;
mod settings;

pub use code::{Code, Severity};
pub use error::VerifyError;
pub use finding::Finding;
pub use report::{Paint, Report, Summary};
pub use run::run;
pub use settings::{Accepted, Locking, Pattern, Settings, name};
