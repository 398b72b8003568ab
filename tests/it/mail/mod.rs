//! Mail that leaves: what it says, and what servers do with it.

mod invitation;
mod real_server;
mod server;
