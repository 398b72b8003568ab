//! The application against a provider that this file plays.
