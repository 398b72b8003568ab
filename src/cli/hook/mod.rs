//! `signet hook …`: registers operators' hooks, changes them, switches them on and off, and tries them out. Managing
//! prints nothing: a report is returned, which is written as text or as JSON.

mod arguments;
mod cases;
mod manage;
mod preview;
mod preview_report;
mod replay;
mod report;
mod run;
mod test;
mod workbench;

pub use arguments::{AddHook, EditHook, HookKind, HookOptions, ManageHooks};
pub use manage::manage;
pub use preview::PreviewArguments;
pub use replay::{
    KeptArguments, ReplayArguments, ReplayReport, ShadowArguments, ShadowExample, ShadowFindings,
    ShadowReport,
};
pub use report::{HookChanged, HookLine, HookList, HookReport, HookView};
pub use run::{HookCommand, run};
pub use test::TestArguments;
pub use workbench::Workbench;
