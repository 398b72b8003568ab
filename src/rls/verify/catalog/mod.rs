//! What a database's catalogs say, as plain values: read once, in one read-only transaction with an empty search
//! path, so that every name in a policy's text has its schema. The checks only read these.

mod around;
mod column;
mod function;
mod key;
mod oid;
mod policy;
mod read;
mod role;
mod schema;
mod table;
mod uses;
mod view;

pub(super) use around::{Around, Routine};
pub(super) use column::Column;
pub(super) use function::{Answers, Function};
pub(super) use key::{Check, Index, Reference};
pub(super) use oid::Oid;
pub(super) use policy::{Command, Policy};
pub(super) use read::{Catalog, read};
pub(super) use role::Role;
pub(super) use table::{Privilege, Table, TableKind};
pub(super) use uses::Uses;
pub(super) use view::View;
