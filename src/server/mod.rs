//! The process as a server: listeners with deadlines and a graceful stop, TLS, logs and metrics, signals, open files. It
//! takes a finished router and knows no route.

mod addresses;
mod connection;
pub mod listener;
pub mod metrics;
pub mod open_files;
pub mod signals;
pub mod telemetry;
pub mod tls;
