//! Deletes what is over, in small batches and with pauses, so that no table grows with use and nobody who signs in waits
//! for a delete. One replica does it at a time; each room says what of its own is over.

mod job;
mod list;
mod pace;
mod run;
mod sweeper;

pub use run::{run, sweep};
pub use sweeper::{Sweeper, Swept};
