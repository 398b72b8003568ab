//! The statements of grants: what is read before an operator's hook is asked, and the completing ones. They join tables of
//! several rooms; `tests/it/house/joins.txt` lists them.

mod code;
mod code_group;
mod placed;
mod refresh;
mod refresh_group;
mod row;

pub(super) use code::{FoundCode, Redemption, find_code, prepare_redemption, redeem};
pub(super) use code_group::{CodePreparation, GroupedRedemption};
pub(super) use refresh::{
    FoundRefresh, Requested, Rotated, Rotation, current, find_refresh, prepare_refresh, rotate,
};
pub(super) use refresh_group::{GroupedRotation, RefreshPreparation};
