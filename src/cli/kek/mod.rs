//! `signet kek …`: the key-encryption keys, and how one takes the place of another. It prints nothing but the progress of
//! what takes long: a report is returned.

mod activate;
mod arguments;
mod execute;
mod history;
mod rekey;
mod remove;
mod report;
mod run;
mod status;

pub use arguments::{ActivateArguments, HistoryArguments, KekCommand, RekeyArguments, RemoveArguments};
pub use execute::execute;
pub use history::{HistoryLine, HistoryReport, OnDay};
pub use rekey::{PlanLine, PlanReport, RekeyReport, UnopenedLine};
pub use remove::RemovalReport;
pub use report::{Done, KekReport};
pub use run::{KekDesk, run};
pub use status::{KekLine, ReplicaLine, StatusReport};
