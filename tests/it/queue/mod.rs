//! Work that waits: after its commit, at least once, by one replica at a time, tried again, given up.

mod failures;
mod leases;
mod rules;
