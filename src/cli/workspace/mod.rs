//! `signet workspace …`: makes workspaces inside an organization and says who is in them. It prints nothing: a report
//! is returned.

mod arguments;
mod report;
mod run;

pub use arguments::WorkspaceCommand;
pub use report::{WorkspaceChanged, WorkspaceDetails, WorkspaceList, WorkspaceReport};
pub use run::run;
