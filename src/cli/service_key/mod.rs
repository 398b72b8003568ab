//! `signet service-key …`: keys of services that speak to the internal API. It prints nothing: a report is returned.

mod arguments;
mod report;
mod run;

pub use arguments::ServiceKeyCommand;
pub use report::{ServiceKeyLine, ServiceKeyList, ServiceKeyReport, ServiceKeyRevoked, ServiceKeyShown};
pub use run::run;
