//! Reads the expressions of policies and the bodies of functions: enough of SQL's grammar to see which functions are
//! called, inside what, and what is done with what they say. It does not decide what is wrong.

mod asking;
mod branches;
mod casts;
mod openings;
mod reader;
mod rows;
mod statements;
mod tokens;
mod tree;
mod vocabulary;
mod word;

pub(super) use reader::Reader;
pub(super) use rows::with_calls_once;
pub(super) use tokens::quoted_names;
pub(super) use tree::{Expression, Node};
pub(super) use vocabulary::{Unknown, Vocabulary};
