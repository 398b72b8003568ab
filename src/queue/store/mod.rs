//! Owns the statements on `auth.queue`.

pub(super) mod add;
pub(super) mod dead;
pub(super) mod depth;
pub(super) mod reseal;
mod row;
pub(super) mod run;
