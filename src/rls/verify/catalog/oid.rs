//! Owns the number that names an object in the catalogs.

/// An object's number in the catalogs.
pub(in crate::rls::verify) type Oid = i64;
