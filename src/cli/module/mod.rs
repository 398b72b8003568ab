//! `signet module …`: says what a role may do with the modules of an organization. It prints nothing: a report is
//! returned.

mod arguments;
mod report;
mod run;

pub use arguments::ModuleCommand;
pub use report::{ModuleChanged, ModuleEntry, ModuleEntryList, ModuleReport, ModuleRights};
pub use run::run;
