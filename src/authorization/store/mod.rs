//! Waiting requests, consents and codes in the database.

mod code;
mod consent;
mod plain_code;
mod request;

pub(super) use code::{CodeInserted, NewCode, expire_codes, insert_code};
pub(super) use consent::{Place, consented, list_consents, note_consent, withdraw_consent};
pub(super) use plain_code::PlainCode;
pub(super) use request::{expire_requests, find_request, finish_request, insert_request};
