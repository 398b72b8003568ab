//! The statements of grants: what is read before an operator's hook is asked, and the completing ones.

mod complete;
mod prepare;

pub(super) use complete::{
    FoundRefresh, Redemption, Requested, Rotation, current, find_code, find_refresh, redeem, rotate,
};
pub(super) use prepare::{prepare_redemption, prepare_refresh};
