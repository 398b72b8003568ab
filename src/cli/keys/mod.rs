//! `signet keys …`: the keys that sign tokens. It prints nothing but the progress of a wait: a report is returned.

mod arguments;
mod execute;
mod import;
mod report;
mod revoke;
mod rotate;
mod run;
mod sizes;
mod status;
mod words;

pub use arguments::{
    ExportArguments, ImportArguments, KeysCommand, RevokeArguments, RotateArguments, VerifyArguments,
};
pub use execute::execute;
pub use import::Exported;
pub use report::{KeyLine, KeyList, KeysReport, PlanReport, Proven, StepLine};
pub use revoke::RevocationReport;
pub use run::{KeyDesk, run};
pub use status::{StatusReport, VerifierLine};
