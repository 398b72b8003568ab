//! `signet hook …`: registers operators' hooks, changes them, switches them on and off. It prints nothing: a report is
//! returned, which is written as text or as JSON.

mod arguments;
mod manage;
mod report;

pub use arguments::{AddHook, EditHook, HookKind, HookOptions, ManageHooks};
pub use manage::manage;
pub use report::{HookChanged, HookLine, HookList, HookReport, HookView};
