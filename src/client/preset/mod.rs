//! What well-known products need of their client: settings, and the product's own configuration to paste. A preset is
//! one file of data beside this one, in TOML; `client create --for` registers by it.

mod catalogue;
mod placeholders;

pub use catalogue::{Block, Preset, PresetError, find, names};
pub use placeholders::Values;
