//! The protocol as specified, through HTTP.

mod code_flow;
