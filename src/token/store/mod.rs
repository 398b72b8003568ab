//! Grants, reference tokens and revoked ids in the database.

mod end;
mod live;
mod reference;
mod userinfo;

pub(super) use end::{
    GrantsOver, end_grant, expire_grants, expire_revocations, grant_of_refresh, revoke_jti,
};
pub(super) use live::{
    TokenLife, client_token_lives, count_refreshable, live_grant_of_refresh, reference_claims,
};
pub(super) use reference::{
    count_references, delete_reference, expire_references, insert_reference, owner_of_reference,
};
pub(super) use userinfo::{UserinfoOf, userinfo_of_reference};
