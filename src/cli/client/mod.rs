//! `signet client …`: registers and changes clients, registers resources, replaces secrets, switches clients off. It prints nothing: a
//! report is returned, which is written as text or as JSON.

mod arguments;
mod edit;
mod report;
mod run;

pub use arguments::{ClientCommand, CreateClient, CreateResource};
pub use edit::EditClient;
pub use report::{
    ClientChanged, ClientLine, ClientList, ClientReport, ClientView, Credentials, ResourceView, SecretView,
};
pub use run::run;
