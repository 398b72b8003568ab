//! The statements on the tables of our keys. Everything private that they return is still sealed.

mod changes;
mod first_signatures;
mod keys;
mod log;
mod publishers;
mod reseal;
mod restore;
mod serving;
mod uses;
mod verifiers;

pub(super) use changes::{
    KeyRow, RequestRow, all, ask, forget_request, insert_key, move_to, note_retiring, raise_life, requests,
    sealed,
};
pub(super) use first_signatures::{FirstSignature, expire_first_signatures, first_signatures, sign_first};
pub(super) use keys::{
    NewKey, NewSecret, Stored, StoredKey, StoredSecret, insert_secrets, load, note_import, present,
};
pub(super) use log::{LogRow, append, entries, hold_snapshot, last, try_lock, unlogged};
pub(super) use publishers::{PublisherRow, publishers};
pub(super) use reseal::{
    SealedRow, count_keys, count_secrets, keys_sealed_by_others, replace_keys, replace_secrets,
    secrets_sealed_by_others,
};
pub(super) use restore::{forget_requests_before_restore, republish};
pub(super) use serving::{Serving, kept_for, note_serving};
pub(super) use uses::{UseRow, add_uses};
pub(super) use verifiers::{
    FetchRow, VerifierRow, expire_verifiers, last_fetches, lock_verifiers, note_fetches, verifiers,
};
