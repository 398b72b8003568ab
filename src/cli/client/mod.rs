//! `signet client …`: registers and changes clients, registers resources, replaces secrets, switches clients off. It prints nothing: a
//! report is returned, which is written as text or as JSON.

mod arguments;
mod connect;
mod edit;
mod left_out;
mod options;
mod refusal;
mod report;
mod resource;
mod run;

pub use arguments::{ClientCommand, CreateClient};
pub use connect::{PresetList, PresetView, presets};
pub use edit::EditClient;
pub use options::MetadataOptions;
pub use report::{
    ClientChanged, ClientLine, ClientList, ClientReport, ClientView, Credentials, IconView, ResourceChanged,
    ResourceList, ResourceView, SecretView,
};
pub use resource::{CreateResource, EditResource};
pub use run::run;
